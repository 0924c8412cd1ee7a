// Paths of the API. Names come from objects and files: they are always encoded.
import type { Selection } from './api.ts';
import type { Resource } from './objects.ts';

export const groupOf = ({ apiVersion }: Resource): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

export function pathOf(resource: Resource, namespace: string, ...rest: string[]): string {
  const base = resource.apiVersion.includes('/') ? 'apis' : 'api';
  const steps = [...resource.apiVersion.split('/'), 'namespaces', namespace, resource.plural, ...rest];
  return `/${base}/${steps.map(encodeURIComponent).join('/')}`;
}

export const labelSelector = (labels: Selection['labels']): string | undefined =>
  labels &&
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** `?a=1&b=2` of what is given. */
export function query(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [key, value] of Object.entries(values))
    if (value !== undefined && value !== '') given.set(key, String(value));
  return given.size === 0 ? '' : `?${given}`;
}
