// What Python's cluster file has no place for, in `pid/cluster-ID.json`: host, times of start, what was asked for.
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ProcessIdentity } from '@muster/config';
import { profilePart, readIfThere } from '@muster/config';
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';
import type { Place } from './place.ts';
import type { StartNotes } from './sections.ts';

/** What a start was asked for, so that a restart is the same again. */
export interface SavedOrder {
  /** Values of settings that were given, by key. */
  readonly values: JsonObject;
  /** Further arguments of the controller. */
  readonly rest: readonly string[];
}

export interface ClusterNotes {
  readonly host?: string | undefined;
  readonly started: StartNotes;
  readonly order?: SavedOrder | undefined;
  /** Who is restarting it: its processes are between an end and a beginning. */
  readonly restarting?: ProcessIdentity | undefined;
}

export const notesPath = ({ profileDir, clusterId }: Place): string =>
  join(profilePart(profileDir, 'pid'), `cluster-${clusterId}.json`);

export const formatNotes = ({ started, order, restarting }: ClusterNotes): string =>
  JSON.stringify({ host: hostname(), started, order, restarting });

/** What can be used of the notes; nothing when there are none. */
export function readNotes(place: Place): ClusterNotes {
  const notes = tryJson(readIfThere(notesPath(place)));
  if (!isJsonObject(notes)) return { started: {} };
  const { host, started, order, restarting } = notes;
  const starts = Object.entries(isJsonObject(started) ? started : {});
  return {
    host: typeof host === 'string' ? host : undefined,
    started: Object.fromEntries(starts.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    order: parseOrder(order),
    restarting: parseIdentity(restarting),
  };
}

function parseOrder(order: Json | undefined): SavedOrder | undefined {
  if (!isJsonObject(order) || !isJsonObject(order.values) || !Array.isArray(order.rest)) return undefined;
  return { values: order.values, rest: order.rest.filter((word) => typeof word === 'string') };
}

function parseIdentity(identity: Json | undefined): ProcessIdentity | undefined {
  if (!isJsonObject(identity) || typeof identity.pid !== 'number') return undefined;
  const { pid, startedAt } = identity;
  return typeof startedAt === 'string' ? { pid, startedAt } : { pid };
}

function tryJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}
