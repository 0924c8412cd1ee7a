// The records of this controller, and what of an earlier one it takes over (--restore) or only knows of (--reuse).
import { join } from 'node:path';
import { profilePart, removeFile } from '@muster/config';
import { parseDate } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { ControllerOptions } from './controller.ts';
import type { Predecessor } from './predecessor.ts';
import { recordsSince } from './predecessor.ts';
import type { ControllerValues } from './settings.ts';
import { openStore } from './store.ts';
import { keepUnfinished } from './unfinished.ts';

export type Continuity = Pick<ControllerOptions, 'store' | 'restore' | 'former' | 'since'>;

interface Opening {
  readonly values: ControllerValues;
  readonly profileDir: string;
  /** The hub's. */
  readonly session: string;
  /** Path of the engine-state file. */
  readonly engineState: string;
  readonly before: Predecessor;
  readonly log: Logger;
}

/** Rejects with MusterError `store_unusable` or `bad_option`. */
export async function openRecords({
  values,
  profileDir,
  session,
  engineState,
  before,
  log,
}: Opening): Promise<Continuity> {
  const store = await openStore(values, profileDir, session, log);
  const { engines, since } = before;
  const unfinished = join(profilePart(profileDir, 'log'), `unfinished${values.clusterId}.db`);
  if (!values.restore) {
    // They are not this controller's, and nobody may take them for those of it.
    for (const path of [engineState, unfinished, `${unfinished}-wal`, `${unfinished}-shm`]) removeFile(path);
    return { store, since, ...(engines && { former: engines.engines }) };
  }
  const kept = outlivesSession(values) ? { store, records: store } : await keepOrClose(store, unfinished, log);
  const records = recordsSince(kept.records, parseDate(since) ?? 0);
  return { store: kept.store, since, restore: { engines, records } };
}

async function keepOrClose(store: TaskStore, path: string, log: Logger): ReturnType<typeof keepUnfinished> {
  try {
    return await keepUnfinished(store, path, log);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A table or database named after the session is another one at each start. */
const outlivesSession = ({ store, sqliteTable, mongoDatabase }: ControllerValues): boolean =>
  (store === 'SQLiteDB' && sqliteTable !== '') || (store === 'MongoDB' && mongoDatabase !== '');
