import { resolve } from 'node:path';
import { createMemoryTaskStore, createNoTaskStore, type TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { ControllerValues } from './settings.ts';

/**
 * The store of task records that the settings ask for. `session`: the hub's, after which a database or table without a name
 * is called (§5.5). Rejects with MusterError `store_unusable` or `bad_option`.
 */
export async function openStore(
  values: ControllerValues,
  profileDir: string,
  session: string,
  log: Logger,
): Promise<TaskStore> {
  if (values.store === 'NoDB') return createNoTaskStore();
  if (values.store === 'SQLiteDB') return openSqlite(values, profileDir, session, log);
  if (values.store === 'MongoDB') return openMongo(values, session, log);
  const { recordLimit, sizeLimitBytes, cullFraction } = values;
  return createMemoryTaskStore({ recordLimit, sizeLimitBytes, cullFraction });
}

/** How long that store keeps results; 0: for ever. */
export function resultMaxAgeMs({ store, maxAgeS, sqliteMaxAgeS, mongoMaxAgeS }: ControllerValues): number {
  const agesS = { DictDB: maxAgeS, SQLiteDB: sqliteMaxAgeS, MongoDB: mongoMaxAgeS, NoDB: 0 };
  return agesS[store] * 1000;
}

/** Loaded only when asked for, like every database. */
async function openSqlite(
  values: ControllerValues,
  profileDir: string,
  session: string,
  log: Logger,
): Promise<TaskStore> {
  const { createSqliteTaskStore } = await import('@muster/task-store/sqlite');
  const path = resolve(values.sqliteLocation || profileDir, values.sqliteFilename);
  const store = await createSqliteTaskStore({
    path,
    table: values.sqliteTable || `_${session.replaceAll('-', '_')}`,
    clusterId: values.clusterId,
    recordLimit: values.sqliteRecordLimit,
    sizeLimitBytes: values.sqliteSizeLimitBytes,
    cullFraction: values.cullFraction,
    onTrouble: (trouble) => log.warn({ ...trouble, path }, 'task store in trouble'),
    onNote: ({ what, ...file }) => log.warn(file, `task store: ${what}`),
  });
  log.info({ store: store.name, path }, 'task records are kept');
  return store;
}

async function openMongo(values: ControllerValues, session: string, log: Logger): Promise<TaskStore> {
  const { buildMongoAddress, createMongoTaskStore } = await import('@muster/task-store/mongo');
  const database = values.mongoDatabase || session;
  const store = await createMongoTaskStore({
    address: buildMongoAddress({
      uri: values.mongoUri,
      connectionArgs: values.mongoConnectionArgs,
      connectionKwargs: values.mongoConnectionKwargs,
    }),
    database,
    clusterId: values.clusterId,
    recordLimit: values.mongoRecordLimit,
    sizeLimitBytes: values.mongoSizeLimitBytes,
    cullFraction: values.cullFraction,
    // A server may be started anew, or a replica set choose its primary; what waits meanwhile is bounded.
    giveUpAfterMs: 600_000,
    // Whoever ends the controller does not wait longer than some seconds (§10.2).
    patienceMs: 3000,
    onTrouble: (trouble) => log.warn({ ...trouble, database }, 'task store in trouble'),
    onReachable: sayReach(log, database),
  });
  log.info({ store: store.name, database }, 'task records are kept');
  return store;
}

/** Says it also when nobody asks or writes. */
function sayReach(log: Logger, database: string): (isThere: boolean, why: string) => void {
  let wasThere = true;
  return (isThere, why) => {
    if (isThere && !wasThere) log.info({ database }, 'task store is back');
    if (!isThere && wasThere) log.warn({ why, database }, 'task store is away');
    wasThere = isThere;
  };
}
