// The objects of one kind in one namespace, as they are now: listed once, then watched. After a break it goes on where it
// was; when the server does not know any more what happened since, it lists anew and tells the difference.
import type { KubeApi, Selection, WatchEvent } from './api.ts';
import type { KubeObject, Resource } from './objects.ts';
import type { BackOff } from './pause.ts';
import { delayMs, pause } from './pause.ts';

export interface InformerOptions<T extends KubeObject> extends Selection {
  readonly api: KubeApi;
  readonly resource: Resource<T>;
  /** New, or another version of it. Also told for everything that the first list has. */
  onChange(object: T): void;
  /** It is gone; this is its last known version. */
  onRemove(object: T): void;
  /** A list or watch failed; it is tried again. */
  onTrouble?(error: unknown): void;
  /** Default: from 0.5 s to 30 s. */
  readonly backOff?: BackOff | undefined;
}

export interface Informer<T> {
  /** By name. */
  readonly objects: ReadonlyMap<string, T>;
  /** Resolves when the first list is in; never when stopped before. */
  readonly synced: Promise<void>;
  /** False while the server cannot be reached: `objects` may be of the past. */
  readonly isFresh: boolean;
  /** No callback comes after it. */
  stop(): Promise<void>;
}

/** A watch that ends at once, again and again, is a failure as well. */
const shortestWatchMs = 1000;

interface Store<T> {
  readonly objects: Map<string, T>;
  put(object: T): void;
  drop(name: string, last?: T): void;
}

function createStore<T extends KubeObject>({ onChange, onRemove }: InformerOptions<T>, signal: AbortSignal): Store<T> {
  const objects = new Map<string, T>();
  return {
    objects,
    put(object) {
      const { name, uid, resourceVersion } = object.metadata;
      const known = objects.get(name)?.metadata;
      if (known?.resourceVersion === resourceVersion && known?.uid === uid) return;
      objects.set(name, object);
      if (!signal.aborted) onChange(object);
    },
    drop(name, last = objects.get(name)) {
      if (!objects.delete(name) || last === undefined || signal.aborted) return;
      onRemove(last);
    },
  };
}

/** Starts at once. */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  const { api, resource, namespace, labels, onTrouble, backOff = { firstMs: 500, mostMs: 30_000 } } = options;
  const abort = new AbortController();
  const { signal } = abort;
  const store = createStore(options, signal);
  let resourceVersion: string | undefined;
  let failures = 0;
  let isFresh = false;
  let setSynced: () => void;
  const synced = new Promise<void>((resolve) => {
    setSynced = resolve;
  });

  async function relist(): Promise<void> {
    const list = await api.list(resource, { namespace, labels });
    if (signal.aborted) return;
    const names = new Set(list.items.map(({ metadata }) => metadata.name));
    for (const name of [...store.objects.keys()]) if (!names.has(name)) store.drop(name);
    for (const object of list.items) store.put(object);
    resourceVersion = list.resourceVersion;
    isFresh = true;
    setSynced();
  }

  function take(event: WatchEvent<T>): void {
    if (event.type === 'expired') resourceVersion = undefined;
    else if (event.type === 'bookmark') resourceVersion = event.resourceVersion;
    else {
      resourceVersion = event.object.metadata.resourceVersion;
      if (event.type === 'deleted') store.drop(event.object.metadata.name, event.object);
      else store.put(event.object);
    }
  }

  async function follow(): Promise<void> {
    if (resourceVersion === undefined) await relist();
    if (signal.aborted) return;
    const startedMs = performance.now();
    let events = 0;
    const onOpen = (): void => {
      isFresh = true;
    };
    for await (const event of api.watch(resource, {
      namespace,
      labels,
      resourceVersion: resourceVersion!,
      signal,
      onOpen,
    })) {
      if (signal.aborted) return;
      take(event);
      if (event.type !== 'expired') events++;
    }
    failures = events > 0 || performance.now() - startedMs > shortestWatchMs ? 0 : failures + 1;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await follow();
      } catch (error) {
        if (signal.aborted) return;
        isFresh = false;
        failures++;
        onTrouble?.(error);
      }
      if (failures > 0) await pause(delayMs(backOff, failures), signal);
    }
  }
  const ended = run();
  return {
    objects: store.objects,
    synced,
    get isFresh() {
      return isFresh;
    },
    async stop() {
      abort.abort();
      await ended;
    },
  };
}
