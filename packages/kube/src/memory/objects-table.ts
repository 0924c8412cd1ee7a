// The rules of the API server about one object at a time: versions, generation, status, finalizers.
import { randomUUID } from 'node:crypto';
import type { KubeObject, Resource } from '../objects.ts';
import { leases, secrets } from '../objects.ts';
import { mergePatch, plainCopy } from './merge-patch.ts';

/** As it is stored: everything the server adds is there. */
export type Stored = KubeObject & { readonly spec?: unknown; readonly status?: unknown };

/** These have no status apart. */
const simple: readonly string[] = [secrets.plural, leases.plural, 'events', 'configmaps'];
const hasStatus = ({ plural }: Resource): boolean => !simple.includes(plural);

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A new object, as the server stores it. */
export function admit(resource: Resource, object: KubeObject, namespace: string, version: number): Stored {
  const { status: _status, ...rest } = plainCopy(object) as Stored;
  return {
    ...rest,
    apiVersion: resource.apiVersion,
    kind: resource.kind,
    metadata: {
      ...rest.metadata,
      namespace,
      uid: randomUUID(),
      resourceVersion: String(version),
      ...(hasStatus(resource) && { generation: 1 }),
      creationTimestamp: `${new Date().toISOString().slice(0, 19)}Z`,
    },
    ...(resource.plural === 'pods' && { status: { phase: 'Pending' } }),
  };
}

/** The object after a patch, or the very same when nothing changes. */
export function change(
  resource: Resource,
  before: Stored,
  patch: object,
  subresource: string | undefined,
  version: number,
): Stored {
  const wanted = mergePatch(before, plainCopy(patch)) as Stored;
  const { uid, creationTimestamp, deletionTimestamp, generation, namespace, name } = before.metadata;
  const fixed = { uid, creationTimestamp, deletionTimestamp, generation, namespace, name };
  let after: Stored;
  if (subresource === 'status') after = { ...before, status: wanted.status };
  else
    after = {
      ...wanted,
      ...(hasStatus(resource) && { status: before.status }),
      metadata: { ...wanted.metadata, ...fixed },
    };
  const compared = plainCopy({
    ...after,
    metadata: { ...after.metadata, resourceVersion: before.metadata.resourceVersion },
  });
  if (isSame(mergePatch({}, compared), mergePatch({}, before))) return before;
  const isNewSpec = generation !== undefined && !isSame(before.spec, after.spec);
  const next = isNewSpec ? generation + 1 : generation;
  return plainCopy({ ...after, metadata: { ...after.metadata, generation: next, resourceVersion: String(version) } });
}
