// Changes of an object that somebody else may change, too: each holds for the version that was read.
import type { KubeApi } from './api.ts';
import type { KubeObject, Resource } from './objects.ts';

const where = ({ metadata }: KubeObject) => ({
  namespace: metadata.namespace,
  resourceVersion: metadata.resourceVersion,
});

/** Makes `status` the object's status. Rejects with `object_changed` when the object is not the one that was read. */
export function writeStatus<T extends KubeObject & { readonly status?: object | undefined }>(
  api: KubeApi,
  resource: Resource<T>,
  object: T,
  status: NonNullable<T['status']>,
): Promise<T> {
  // A merge patch leaves members alone that it does not name.
  const gone = Object.keys(object.status ?? {}).filter(
    (name) => (status as Record<string, unknown>)[name] === undefined,
  );
  const patch = { status: { ...status, ...Object.fromEntries(gone.map((name) => [name, null])) } };
  return api.patch(resource, object.metadata.name, patch, { ...where(object), subresource: 'status' });
}

async function setFinalizers<T extends KubeObject>(
  api: KubeApi,
  resource: Resource<T>,
  object: T,
  finalizers: readonly string[],
): Promise<T> {
  return api.patch(resource, object.metadata.name, { metadata: { finalizers } }, where(object));
}

/** From now on the object stays, marked as deleted, until the finalizer is taken away. Fine when it is there. */
export async function addFinalizer<T extends KubeObject>(
  api: KubeApi,
  resource: Resource<T>,
  object: T,
  finalizer: string,
): Promise<T> {
  const { finalizers = [] } = object.metadata;
  return finalizers.includes(finalizer) ? object : setFinalizers(api, resource, object, [...finalizers, finalizer]);
}

/** Lets the object go. Fine when the finalizer is not there. */
export async function removeFinalizer<T extends KubeObject>(
  api: KubeApi,
  resource: Resource<T>,
  object: T,
  finalizer: string,
): Promise<void> {
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(finalizer)) return;
  const others = finalizers.filter((name) => name !== finalizer);
  await setFinalizers(api, resource, object, others);
}
