// What an earlier controller has left in the profile: its engines (§7.5), and how far back requests are its own.
import { statSync } from 'node:fs';
import { readIfThere } from '@muster/config';
import type { EngineState } from '@muster/hub';
import { parseEngineState } from '@muster/hub';
import { formatDate } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { ControllerValues } from './settings.ts';

export interface Predecessor {
  /** Undefined: there is no engine-state file, or it cannot be read. */
  readonly engines: EngineState | undefined;
  /** When the first controller started of those that have taken over from one another up to this one. */
  readonly since: string;
}

interface Places {
  /** Path of the engine-state file. */
  readonly engineState: string;
  /** Path of the client's connection file. */
  readonly client: string;
}

/** Without --restore this controller is the first, and what an earlier one has left is only looked at. */
export function readPredecessor(
  { reuse, restore }: Pick<ControllerValues, 'reuse' | 'restore'>,
  places: Places,
  nowUs: number,
  log: Logger,
): Predecessor {
  const engines = reuse ? readState(places.engineState, restore, log) : undefined;
  const first = formatDate(nowUs);
  return { engines, since: restore ? (engines?.since ?? writtenAt(places.client) ?? first) : first };
}

function readState(path: string, isNeeded: boolean, log: Logger): EngineState | undefined {
  const text = readIfThere(path);
  if (text === undefined) {
    if (isNeeded) log.info({ path }, 'no engine-state file: the store is asked for engines to take back');
    return undefined;
  }
  try {
    return parseEngineState(text);
  } catch (error) {
    const remedy = 'engines that the store does not know either have to be started again';
    if (isNeeded) log.error({ path, why: (error as Error).message, remedy }, 'the engine-state file cannot be used');
    return undefined;
  }
}

/** Python's controller writes its connection files at the first start only. */
function writtenAt(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && formatDate(Math.floor(stats.mtimeMs * 1000));
}

/** Clocks of clients, by which requests are dated, may be so late. */
const tolerance = 60_000_000;

/**
 * Records of which the unfinished ones are those since then: a table has others, too, of controllers that died long ago and of
 * which nobody waits for anything.
 */
export function recordsSince(store: TaskStore, sinceUs: number): Pick<TaskStore, 'find' | 'query'> {
  const since = formatDate(sinceUs - tolerance);
  return {
    find: store.find,
    query: (query, keys) =>
      store.query(query.completed === null ? { ...query, submitted: { $gte: since } } : query, keys),
  };
}
