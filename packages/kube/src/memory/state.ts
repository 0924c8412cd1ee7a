// All objects of the twin, what became of them, and the garbage collector.
import type { Resource } from '../objects.ts';
import { createHistory } from './history.ts';
import type { Stored } from './objects-table.ts';

export interface Collection {
  readonly resource: Resource;
  readonly namespace: string;
  readonly key: string;
  readonly objects: Map<string, Stored>;
}

export function createState() {
  const collections = new Map<string, Collection>();
  const history = createHistory();
  let version = 1;

  function collection(resource: Resource, namespace: string): Collection {
    const key = `${resource.apiVersion}/${resource.plural}/${namespace}`;
    const found = collections.get(key) ?? { resource, namespace, key, objects: new Map() };
    collections.set(key, found);
    return found;
  }
  function tell(where: Collection, before: Stored | undefined, after: Stored | undefined, last: Stored): void {
    history.add({ version, collection: where.key, before, after, last });
  }
  function put(where: Collection, build: (version: number) => Stored): Stored {
    const after = build(version + 1);
    const before = where.objects.get(after.metadata.name);
    if (after === before) return after;
    version++;
    where.objects.set(after.metadata.name, after);
    tell(where, before, after, after);
    return after;
  }
  /** With all that it owns, as the garbage collector does. */
  function drop(where: Collection, object: Stored): void {
    version++;
    where.objects.delete(object.metadata.name);
    tell(where, object, undefined, { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
    for (const other of collections.values())
      for (const dependent of [...other.objects.values()])
        if (dependent.metadata.ownerReferences?.some(({ uid }) => uid === object.metadata.uid)) end(other, dependent);
  }
  /** Deleted, or only marked while finalizers hold it. */
  function end(where: Collection, object: Stored): void {
    if (!object.metadata.finalizers?.length) return drop(where, object);
    if (object.metadata.deletionTimestamp !== undefined) return;
    const deletionTimestamp = `${new Date().toISOString().slice(0, 19)}Z`;
    put(where, (next) => ({
      ...object,
      metadata: { ...object.metadata, deletionTimestamp, resourceVersion: `${next}` },
    }));
  }
  return { collection, put, drop, end, history, version: () => version };
}

export type State = ReturnType<typeof createState>;
