// An API server in memory, for tests: the same contract as the real one, in one process and without waiting.
import { groupOf } from '../addresses.ts';
import type { InNamespace, KubeApi, WatchEvent, WatchOptions } from '../api.ts';
import type { Asked } from '../errors.ts';
import { KubeError, refusalOf } from '../errors.ts';
import type { KubeObject, Resource } from '../objects.ts';
import type { Change } from './history.ts';
import { createHistory, eventOf } from './history.ts';
import { plainCopy } from './merge-patch.ts';
import type { Stored } from './objects-table.ts';
import { admit, change } from './objects-table.ts';

export interface KubeTwin {
  /** A client of it. */
  api(namespace?: string): KubeApi;
  /** From now on every request is refused by this; undefined: none. */
  refuse(how: ((asked: Asked) => KubeError | undefined) | undefined): void;
  /** Forgets what happened: a watch from an older version has expired. */
  compact(): void;
  /** All watches break, as when a network does. */
  breakWatches(): void;
}

interface Collection {
  readonly resource: Resource;
  readonly namespace: string;
  readonly objects: Map<string, Stored>;
}

const namePattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

function createState() {
  const collections = new Map<string, Collection>();
  const history = createHistory();
  let version = 1;

  function collection(resource: Resource, namespace: string): Collection {
    const key = `${resource.apiVersion}/${resource.plural}/${namespace}`;
    const found = collections.get(key) ?? { resource, namespace, objects: new Map() };
    collections.set(key, found);
    return found;
  }
  function tell(where: Collection, before: Stored | undefined, after: Stored | undefined, last: Stored): void {
    const key = `${where.resource.apiVersion}/${where.resource.plural}/${where.namespace}`;
    history.add({ version, collection: key, before, after, last });
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

type State = ReturnType<typeof createState>;

async function* watchState<T extends KubeObject>(
  state: State,
  resource: Resource,
  namespace: string,
  { resourceVersion, labels = {}, signal, onOpen }: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const changes = state.history.read(Number(resourceVersion), signal);
  if (changes === undefined) return yield { type: 'expired' };
  onOpen?.();
  const key = `${resource.apiVersion}/${resource.plural}/${namespace}`;
  for await (const next of changes as AsyncGenerator<Change>) {
    if (next.collection !== key) continue;
    const event = eventOf(next, labels);
    if (event !== undefined) yield plainCopy(event) as WatchEvent<T>;
  }
}

export function createKubeTwin(): KubeTwin {
  const state = createState();
  let refuse: ((asked: Asked) => KubeError | undefined) | undefined;

  function api(own = 'default'): KubeApi {
    /** Every request begins here: no answer comes in the same turn, and every one may be refused. */
    async function ask(
      verb: string,
      resource: Resource,
      { namespace = own }: InNamespace,
      name?: string,
      subresource?: string,
    ) {
      await null;
      const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
      const asked: Asked = { verb, plural, group: groupOf(resource), namespace, name };
      const error = refuse?.(asked);
      if (error !== undefined) throw error;
      const where = state.collection(resource, namespace);
      const found = name === undefined ? undefined : where.objects.get(name);
      const refusal = (status: number, reason: string, message: string): KubeError =>
        refusalOf(status, JSON.stringify({ reason, message }), asked);
      const absent = (): KubeError => refusal(404, 'NotFound', `${resource.plural} "${name}" not found`);
      return { where, found, refusal, absent };
    }
    async function create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
      const { name, namespace } = object.metadata;
      const { where, found, refusal } = await ask('create', resource, { namespace }, name);
      if (!namePattern.test(name)) throw refusal(422, 'Invalid', `metadata.name: Invalid value: "${name}"`);
      if (found !== undefined) throw refusal(409, 'AlreadyExists', `${resource.plural} "${name}" already exists`);
      const { resourceVersion: _version, ...metadata } = object.metadata;
      return plainCopy(
        state.put(where, (next) => admit(resource, { ...object, metadata }, where.namespace, next)),
      ) as T;
    }
    return {
      namespace: own,
      create,
      async get<T extends KubeObject>(resource: Resource<T>, name: string, options: InNamespace = {}) {
        const { found } = await ask('get', resource, options, name);
        return found && (plainCopy(found) as unknown as T);
      },
      async list<T extends KubeObject>(
        resource: Resource<T>,
        options: InNamespace & { labels?: Readonly<Record<string, string>> | undefined } = {},
      ) {
        const { where } = await ask('list', resource, options);
        const fits = ({ metadata }: Stored): boolean =>
          Object.entries(options.labels ?? {}).every(([key, value]) => metadata.labels?.[key] === value);
        const items = [...where.objects.values()].filter(fits).map((object) => plainCopy(object) as unknown as T);
        return { items, resourceVersion: String(state.version()) };
      },
      async *watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions) {
        const { where } = await ask('watch', resource, options);
        yield* watchState<T>(state, resource, where.namespace, options);
      },
      async apply<T extends KubeObject>(resource: Resource<T>, object: T) {
        const { name, namespace } = object.metadata;
        const { where, found } = await ask('patch', resource, { namespace }, name);
        if (found === undefined) return create(resource, object);
        // What we applied before and do not apply now is taken away: members are replaced, not merged.
        const gone = Object.keys(object).filter((key) => key !== 'metadata');
        const cleared = { ...found, ...Object.fromEntries(gone.map((key) => [key, undefined])) };
        const { resourceVersion: _version, ...metadata } = object.metadata;
        const changed = state.put(where, (next) => {
          const after = change(resource, cleared, { ...object, metadata }, undefined, next);
          return JSON.stringify({ ...after, metadata: 0 }) === JSON.stringify({ ...found, metadata: 0 })
            ? found
            : after;
        });
        return plainCopy(changed) as unknown as T;
      },
      async patch<T extends KubeObject>(
        resource: Resource<T>,
        name: string,
        patch: object,
        options: Parameters<KubeApi['patch']>[3] = {},
      ) {
        const { subresource, resourceVersion } = options;
        const { where, found, refusal, absent } = await ask('patch', resource, options, name, subresource);
        if (found === undefined) throw absent();
        if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion)
          throw refusal(409, 'Conflict', `the object has been modified: ${resource.plural} "${name}"`);
        const after = state.put(where, (next) => change(resource, found, patch, subresource, next));
        if (after.metadata.deletionTimestamp !== undefined && !after.metadata.finalizers?.length)
          state.drop(where, after);
        return plainCopy(after) as unknown as T;
      },
      async remove(resource, name, options = {}) {
        const { where, found } = await ask('delete', resource, options, name);
        if (found === undefined || (options.uid !== undefined && options.uid !== found.metadata.uid)) return;
        state.end(where, found);
      },
      close: () => {},
    };
  }
  return {
    api,
    refuse: (how) => {
      refuse = how;
    },
    compact: () => state.history.compact(state.version()),
    breakWatches: () => state.history.breakOff(new KubeError('unreachable', 'The connection broke.')),
  };
}
