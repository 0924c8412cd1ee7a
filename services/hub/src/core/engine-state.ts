// The engine-state file (§7.5): who is registered and the next number, as Python's controller writes and reads it; and, in a part of
// its own that Python passes over, what the next controller of ours wants to know besides.
import type { EngineRef } from '@muster/bus';
import type { JsonObject } from '@muster/protocol';
import type { EngineStatus, StoredEngine, StoredEngines } from '@muster/task-store';
import type { Out } from './effects.ts';
import type { HubState } from './state.ts';

/** What is left of engines: in the store's registry, or with more in the file. */
export interface LeftEngines extends StoredEngines {
  /** Gone so lately that clients may not have heard of it. */
  readonly departed?: readonly EngineRef[];
}

export interface EngineState extends LeftEngines {
  /** When the first of the controllers started that have followed one another since; a date as headers have it. */
  readonly since?: string | undefined;
}

/** With nobody to follow, engines that are not registered are nobody's business. */
export function saveEngines(out: Out): void {
  out.send({ type: 'engine-state.save' });
}

/** A change that only the next controller wants to know. */
export function saveForNext(state: HubState, out: Out): void {
  if (state.settings.keepsEngines) saveEngines(out);
}

/** What the file is to hold now. */
export function engineStateText(state: HubState): string {
  const { since } = state.settings;
  const registered = [...state.engines.values()].map((engine) => stored(engine, 'registered'));
  const others = [
    ...[...state.registering.values()].map((engine) => stored(engine, 'registering')),
    ...[...state.lost.values()].map((engine) => stored(engine, 'lost')),
  ];
  const engines: JsonObject = {};
  for (const { id, uuid } of registered) engines[id] = uuid;
  const departed = [...state.departed.values()].map(({ engine }) => engine);
  const muster = {
    ...(since && { since }),
    engines: [...registered, ...others],
    ...(departed.length > 0 && { departed }),
  };
  return JSON.stringify({ engines, next_id: state.nextId, muster });
}

const stored = ({ id, uuid, kernel }: Omit<StoredEngine, 'status'>, status: EngineStatus): StoredEngine => ({
  id,
  uuid,
  kernel,
  status,
});

/** Throws an Error that says what is wrong with the text. */
export function parseEngineState(text: string): EngineState {
  const state = objectIn(parseJson(text), 'it');
  const nextId = numberIn(state.next_id, 'next_id');
  const own = state.muster === undefined ? {} : objectIn(state.muster, 'muster');
  const details = new Map(readDetails(own.engines).map((engine) => [engine.uuid, engine]));
  const engines: StoredEngine[] = [];
  for (const [id, uuid] of Object.entries(objectIn(state.engines, 'engines'))) {
    if (typeof uuid !== 'string' || uuid === '' || uuid.length > 255)
      throw new Error(`the identity of engine ${id} is none`);
    if (engines.some((other) => other.uuid === uuid)) throw new Error('two engines have the same identity');
    engines.push({
      id: numberIn(/^\d+$/.test(id) ? Number(id) : id, 'a number of an engine'),
      uuid,
      kernel: details.get(uuid)?.kernel ?? 'python',
      status: 'registered',
    });
    details.delete(uuid);
  }
  for (const engine of details.values()) if (engine.status !== 'registered') engines.push(engine);
  return {
    engines,
    nextId: engines.reduce((next, { id }) => Math.max(next, id + 1), nextId),
    since: typeof own.since === 'string' ? own.since : undefined,
    departed: readList(own.departed, 'departed').map(readEngine),
  };
}

const greatestId = 2 ** 31 - 1;
const statuses: readonly unknown[] = ['registering', 'registered', 'lost'] satisfies EngineStatus[];

const readDetails = (list: unknown): StoredEngine[] =>
  readList(list, 'engines').map((entry) => {
    const { status } = objectIn(entry, 'an engine');
    if (!statuses.includes(status)) throw new Error('muster.engines has an engine that is none');
    return { ...readEngine(entry), status: status as EngineStatus };
  });

function readEngine(entry: unknown): EngineRef {
  const { id, uuid, kernel } = objectIn(entry, 'an engine');
  if (typeof uuid !== 'string' || typeof kernel !== 'string') throw new Error('an engine of muster is none');
  return { id: numberIn(id, 'a number of an engine'), uuid, kernel };
}

function readList(list: unknown, what: string): unknown[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw new Error(`muster.${what} is no list`);
  return list;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(text === '' ? 'it is empty' : 'it is no JSON; perhaps half written');
  }
}

function objectIn(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Error(`${what} is no JSON object`);
}

function numberIn(value: unknown, what: string): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= greatestId) return value as number;
  throw new Error(`${what} is no whole number from 0 on`);
}
