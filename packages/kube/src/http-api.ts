// The API server of Kubernetes, over HTTPS.
import type { IncomingMessage } from 'node:http';
import type { AccessOptions, KubeAccess } from './access.ts';
import { loadAccess } from './access.ts';
import { groupOf, labelSelector, pathOf, query } from './addresses.ts';
import type { KubeApi, ObjectList, WatchEvent, WatchOptions } from './api.ts';
import { failureOf, isAbsent, isConflict, KubeError, refusalOf } from './errors.ts';
import type { KubeObject, ObjectMeta, Resource } from './objects.ts';
import type { KubeRequest, Requests } from './requests.ts';
import { createRequests } from './requests.ts';
import { linesOf, readEvent } from './watch-lines.ts';

/** Who changed an object, for whoever looks at its managedFields. */
const fieldManager = 'muster';
const pageSize = 500;
/** The server ends a watch after this long; so a connection that died without a word is noticed. */
const watchSeconds = 120;
const watchSilenceMs = (watchSeconds + 15) * 1000;

interface Target {
  readonly resource: Resource;
  readonly namespace: string;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

const requestOf = (
  verb: string,
  method: KubeRequest['method'],
  { resource, namespace, name, subresource }: Target,
  more: Partial<KubeRequest> & { readonly query?: Parameters<typeof query>[0] } = {},
): KubeRequest => {
  const steps = [name, subresource].filter((step) => step !== undefined);
  const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
  return {
    method,
    path: pathOf(resource, namespace, ...steps) + query(more.query ?? {}),
    body: more.body,
    contentType: more.contentType,
    signal: more.signal,
    asked: { verb, plural, group: groupOf(resource), namespace, name },
  };
};

interface Page<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}

async function list<T extends KubeObject>(requests: Requests, target: Target, labels?: string): Promise<ObjectList<T>> {
  const items: T[] = [];
  let next: string | undefined;
  for (;;) {
    const selection = { labelSelector: labels, limit: pageSize, continue: next };
    const page = await requests.json<Page<T>>(requestOf('list', 'GET', target, { query: selection }));
    if (!Array.isArray(page?.items) || !page.metadata)
      throw new KubeError('unreachable', `The API server's list of ${target.resource.plural} is none.`);
    items.push(...page.items);
    next = page.metadata.continue;
    if (!next) return { items, resourceVersion: page.metadata.resourceVersion };
  }
}

async function* watch<T extends KubeObject>(
  requests: Requests,
  target: Target,
  options: WatchOptions,
  server: string,
): AsyncGenerator<WatchEvent<T>> {
  const { signal } = options;
  const selection = {
    watch: 1,
    allowWatchBookmarks: 'true',
    timeoutSeconds: watchSeconds,
    labelSelector: labelSelector(options.labels),
    resourceVersion: options.resourceVersion,
  };
  const request = requestOf('watch', 'GET', target, { query: selection, signal });
  let answer: IncomingMessage | undefined;
  try {
    answer = await requests.stream(request, watchSilenceMs);
    options.onOpen?.();
    for await (const line of linesOf(answer)) {
      const event = readEvent<T>(line);
      yield event;
      if (event.type === 'expired') return;
    }
  } catch (error) {
    if (signal.aborted) return;
    if ((error as { status?: number }).status === 410) yield { type: 'expired' };
    else throw failureOf(error, server);
  } finally {
    answer?.destroy();
  }
}

/** A KubeApi with an account. `timeoutMs` limits each call but watches; default 30,000. */
export function createKubeApi(access: KubeAccess, timeoutMs?: number): KubeApi {
  const requests = createRequests(access, timeoutMs);
  const target = (resource: Resource, namespace: string | undefined, name?: string): Target => {
    const where = namespace ?? access.namespace;
    // Such a step of a path would name something else.
    if (['', '.', '..'].some((step) => step === where || step === name))
      throw refusalOf(400, 'That is no name.', {
        verb: 'name',
        plural: resource.plural,
        group: '',
        namespace: where,
      });
    return { resource, namespace: where, name };
  };
  const whole = <T extends KubeObject>({ apiVersion, kind }: Resource, object: T, metadata: ObjectMeta): object => ({
    ...object,
    apiVersion,
    kind,
    metadata,
  });
  return {
    namespace: access.namespace,
    async get<T extends KubeObject>(
      resource: Resource<T>,
      name: string,
      options: { namespace?: string | undefined } = {},
    ) {
      try {
        return await requests.json<T>(requestOf('get', 'GET', target(resource, options.namespace, name)));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    list: async (resource, options = {}) =>
      list(requests, target(resource, options.namespace), labelSelector(options.labels)),
    watch: (resource, options) => watch(requests, target(resource, options.namespace), options, access.server.origin),
    create: async (resource, object) => {
      const { namespace, ...metadata } = object.metadata;
      const where = target(resource, namespace);
      const body = whole(resource, object, { ...metadata, namespace: where.namespace });
      return requests.json(requestOf('create', 'POST', where, { body }));
    },
    patch: async (resource, name, patch, options = {}) => {
      const where = { ...target(resource, options.namespace, name), subresource: options.subresource };
      const { metadata, ...rest } = patch as { metadata?: object };
      const { resourceVersion } = options;
      const body =
        resourceVersion || metadata
          ? { ...rest, metadata: { ...metadata, ...(resourceVersion && { resourceVersion }) } }
          : rest;
      const how = { body, contentType: 'application/merge-patch+json', query: { fieldManager } };
      return requests.json(requestOf('patch', 'PATCH', where, how));
    },
    remove: async (resource, name, options = {}) => {
      const { uid } = options;
      const body = { preconditions: uid && { uid }, propagationPolicy: 'Background' };
      try {
        await requests.text(requestOf('delete', 'DELETE', target(resource, options.namespace, name), { body }));
      } catch (error) {
        // A conflict with `uid` is one with a later object of this name.
        if (!isAbsent(error) && !(uid !== undefined && isConflict(error))) throw error;
      }
    },
    close: () => requests.close(),
  };
}

/** The API server that `kubectl` would use, or the one of the cluster that we are a pod of. */
export const connectKube = async (options: AccessOptions = {}): Promise<KubeApi> =>
  createKubeApi(await loadAccess(options));
