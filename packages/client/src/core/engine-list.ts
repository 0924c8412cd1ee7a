// The engines as this client knows them: from connection_reply and the notifications (§4.3).
import type { JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';

export interface EngineRef {
  /** Number that people use; never used twice while a controller lives. */
  readonly id: number;
  readonly uuid: string;
  /** 'node', 'python', …; 'unknown' when the controller does not say (Python's does not). */
  readonly kernel: string;
}

export interface EngineList {
  readonly engines: readonly EngineRef[];
  readonly ids: readonly number[];
  byId(id: number): EngineRef | undefined;
  /** Handles registration_notification; returns the engine if it is new. */
  arrived(content: JsonObject): EngineRef | undefined;
  /** Handles unregistration_notification; returns the engine if it was known. */
  left(content: JsonObject): EngineRef | undefined;
  /** A connection_request leaves now; what notifications say from here on is newer than its reply. */
  asked(): void;
  /** Handles connection_reply: engines that came and went without our knowing. */
  compared(content: JsonObject): { readonly arrived: EngineRef[]; readonly left: EngineRef[] };
}

export function createEngineList(): EngineList {
  const byId = new Map<number, EngineRef>();
  let sorted: EngineRef[] = [];
  /** uuids that notifications spoke of since the last connection_request. */
  let news = new Set<string>();

  function add(engine: EngineRef): EngineRef | undefined {
    if (byId.get(engine.id)?.uuid === engine.uuid) return undefined;
    byId.set(engine.id, engine);
    sort();
    return engine;
  }
  function remove(id: number): EngineRef | undefined {
    const engine = byId.get(id);
    if (byId.delete(id)) sort();
    return engine;
  }
  function sort(): void {
    sorted = [...byId.values()].sort((a, b) => a.id - b.id);
  }
  return {
    get engines() {
      return sorted;
    },
    get ids() {
      return sorted.map((engine) => engine.id);
    },
    byId: (id) => byId.get(id),
    arrived(content) {
      const engine = readEngine(content);
      if (engine === undefined) return undefined;
      news.add(engine.uuid);
      return add(engine);
    },
    left(content) {
      const engine = readEngine(content);
      if (engine === undefined) return undefined;
      news.add(engine.uuid);
      return byId.get(engine.id)?.uuid === engine.uuid ? remove(engine.id) : undefined;
    },
    asked() {
      news = new Set();
    },
    compared(content) {
      const listed = readEngines(content).filter((engine) => !news.has(engine.uuid));
      const uuids = new Set(listed.map((engine) => engine.uuid));
      const gone = sorted.filter((engine) => !uuids.has(engine.uuid) && !news.has(engine.uuid));
      return {
        left: gone.map((engine) => remove(engine.id)!),
        arrived: listed.map(add).filter((engine) => engine !== undefined),
      };
    },
  };
}

function readEngine(content: JsonObject): EngineRef | undefined {
  const { id, uuid, kernel } = content;
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || typeof uuid !== 'string') return undefined;
  return { id, uuid, kernel: typeof kernel === 'string' ? kernel : 'unknown' };
}

/** `{engines: {"0": uuid}, kernels: {"0": "node"}}`; the second is ours and may be missing. */
function readEngines(content: JsonObject): EngineRef[] {
  const { engines, kernels } = content;
  if (!isJsonObject(engines)) return [];
  return Object.entries(engines).flatMap(([id, uuid]) => {
    const kernel = isJsonObject(kernels) ? kernels[id] : undefined;
    const engine = readEngine({ id: Number(id), uuid, ...(kernel === undefined ? {} : { kernel }) });
    return engine === undefined ? [] : [engine];
  });
}
