// One client of the twin.
import { groupOf } from '../addresses.ts';
import type { InNamespace, KubeApi, PatchOptions, Selection, WatchEvent, WatchOptions } from '../api.ts';
import type { Asked, KubeError } from '../errors.ts';
import { refusalOf } from '../errors.ts';
import type { KubeObject, Resource } from '../objects.ts';
import { eventOf } from './history.ts';
import { plainCopy } from './merge-patch.ts';
import type { Stored } from './objects-table.ts';
import { admit, change } from './objects-table.ts';
import type { Collection, State } from './state.ts';

const namePattern = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** A request that was let in: what it is about. */
interface Admitted {
  readonly where: Collection;
  readonly found: Stored | undefined;
  refusal(status: number, reason: string, message: string): KubeError;
}

async function* watch<T extends KubeObject>(
  { history }: State,
  { key }: Collection,
  { resourceVersion, labels = {}, signal, onOpen }: WatchOptions,
): AsyncGenerator<WatchEvent<T>> {
  const changes = history.read(Number(resourceVersion), signal);
  if (changes === undefined) return yield { type: 'expired' };
  onOpen?.();
  for await (const next of changes) {
    const event = next.collection === key ? eventOf(next, labels) : undefined;
    if (event !== undefined) yield plainCopy(event) as WatchEvent<T>;
  }
}

function create(state: State, { where, found, refusal }: Admitted, object: KubeObject): Stored {
  const { resourceVersion: _version, ...metadata } = object.metadata;
  const { plural } = where.resource;
  if (!namePattern.test(metadata.name))
    throw refusal(422, 'Invalid', `metadata.name: Invalid value: "${metadata.name}"`);
  if (found !== undefined) throw refusal(409, 'AlreadyExists', `${plural} "${metadata.name}" already exists`);
  return state.put(where, (next) => admit(where.resource, { ...object, metadata }, where.namespace, next));
}

function patch(
  state: State,
  { where, found, refusal }: Admitted,
  name: string,
  body: object,
  { subresource, resourceVersion }: PatchOptions,
): Stored {
  const { plural } = where.resource;
  if (found === undefined) throw refusal(404, 'NotFound', `${plural} "${name}" not found`);
  if (resourceVersion !== undefined && resourceVersion !== found.metadata.resourceVersion)
    throw refusal(409, 'Conflict', `the object has been modified: ${plural} "${name}"`);
  const after = state.put(where, (next) => change(where.resource, found, body, subresource, next));
  if (after.metadata.deletionTimestamp !== undefined && !after.metadata.finalizers?.length) state.drop(where, after);
  return after;
}

/** `refuse` is asked before each request. */
export function createTwinApi(state: State, own: string, refuse: (asked: Asked) => KubeError | undefined): KubeApi {
  /** Every request begins here: no answer comes in the same turn, and every one may be refused. */
  async function ask(
    verb: string,
    resource: Resource,
    { namespace = own }: InNamespace,
    name?: string,
    subresource?: string,
  ): Promise<Admitted> {
    await null;
    const plural = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
    const asked: Asked = { verb, plural, group: groupOf(resource), namespace, name };
    const error = refuse(asked);
    if (error !== undefined) throw error;
    const where = state.collection(resource, namespace);
    const found = name === undefined ? undefined : where.objects.get(name);
    return {
      where,
      found,
      refusal: (status, reason, message) => refusalOf(status, JSON.stringify({ reason, message }), asked),
    };
  }
  /** Nobody may change what the twin keeps. */
  const copy = <T>(object: Stored): T => plainCopy(object) as unknown as T;
  return {
    namespace: own,
    create: async (resource, object) => {
      const { name, namespace } = object.metadata;
      return copy(create(state, await ask('create', resource, { namespace }, name), object));
    },
    async get<T extends KubeObject>(resource: Resource<T>, name: string, options: InNamespace = {}) {
      const { found } = await ask('get', resource, options, name);
      return found && copy<T>(found);
    },
    async list<T extends KubeObject>(resource: Resource<T>, options: Selection = {}) {
      const { where } = await ask('list', resource, options);
      const fits = ({ metadata }: Stored): boolean =>
        Object.entries(options.labels ?? {}).every(([key, value]) => metadata.labels?.[key] === value);
      const items = [...where.objects.values()].filter(fits).map((object) => copy<T>(object));
      return { items, resourceVersion: String(state.version()) };
    },
    async *watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions) {
      const { where } = await ask('watch', resource, options);
      yield* watch<T>(state, where, options);
    },
    patch: async (resource, name, body, options = {}) =>
      copy(patch(state, await ask('patch', resource, options, name, options.subresource), name, body, options)),
    async remove(resource, name, options = {}) {
      const { where, found } = await ask('delete', resource, options, name);
      if (found === undefined || (options.uid !== undefined && options.uid !== found.metadata.uid)) return;
      state.end(where, found);
    },
    close: () => {},
  };
}
