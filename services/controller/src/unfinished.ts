// With --restore, what is under way outlives a store that does not: requests without a result go into a small database beside the
// engine-state file as well, and leave it with their results.
import { MusterError } from '@muster/protocol';
import type { TaskPatch, TaskRecord, TaskStore } from '@muster/task-store';
import type { FileNote } from '@muster/task-store/sqlite';
import type { Logger } from '@muster/telemetry';

export interface Unfinished {
  /** The store given, which knows the requests that an earlier controller has left. */
  readonly store: TaskStore;
  /** The requests alone. */
  readonly records: TaskStore;
}

const table = 'unfinished';
const query = { completed: null, submitted: { $ne: null } };
const atOnce = 200;
/** What is not stored yet is lost when the controller is killed. */
const flushAfterMs = 5;
/** How often what has ended is swept out. */
const sweepMs = 5000;

/** Rejects with MusterError `store_unusable`. */
export async function keepUnfinished(store: TaskStore, path: string, log: Logger): Promise<Unfinished> {
  const records = await open(path, log);
  const rows = await records.query(query, ['msg_id']);
  const ids = rows.map(({ fields }) => String(fields.msg_id));
  for (let at = 0; at < ids.length; at += atOnce)
    for (const found of await records.find(ids.slice(at, at + atOnce)))
      if ('record' in found) await store.put(found.record.msgId, requestOf(found.record), 'create');
  return { store: withUnfinished(store, records), records };
}

async function open(path: string, log: Logger): Promise<TaskStore> {
  const { createSqliteTaskStore } = await import('@muster/task-store/sqlite');
  try {
    const onTrouble = (trouble: object): void => log.warn({ ...trouble, path }, 'unfinished requests in trouble');
    const onNote = ({ what, ...file }: FileNote): void => log.warn(file, `unfinished requests: ${what}`);
    return await createSqliteTaskStore({ path, table, flushAfterMs, onTrouble, onNote });
  } catch (error) {
    if (!(error instanceof MusterError)) throw error;
    throw new MusterError(
      'store_unusable',
      error.message,
      'It keeps what is under way for --restore: move the file away, or start without --restore.',
    );
  }
}

/** What the request had when it came, and where it was. */
function requestOf(record: TaskRecord): TaskPatch {
  const { header, metadata, content, buffers, submitted, clientUuid, engineUuid, queue, label } = record;
  return { header, metadata, content, buffers, submitted, clientUuid, engineUuid, queue, label };
}

function withUnfinished(store: TaskStore, records: TaskStore): TaskStore {
  let hasEnded = false;
  function keep(...[msgId, patch, whenMissing]: Parameters<TaskStore['put']>): void | Promise<void> {
    if (patch.completed !== undefined && patch.completed !== null) {
      hasEnded = true;
      const { completed } = patch;
      return records.put(msgId, { completed, buffers: [] }, 'ignore');
    }
    // Output tells nothing that a request needs.
    if (whenMissing === 'create' || patch.engineUuid !== undefined) return records.put(msgId, patch, whenMissing);
  }
  function sweep(): void {
    if (!hasEnded) return;
    hasEnded = false;
    // What remains is swept out the next time.
    Promise.resolve(records.removeWhere({ completed: { $ne: null } })).catch(() => {
      hasEnded = true;
    });
  }
  const sweeping = setInterval(sweep, sweepMs).unref();
  return {
    ...store,
    engines: records.engines,
    put: (...write) => both(store.put(...write), keep(...write)),
    settled: () => both(store.settled(), records.settled()),
    async close() {
      clearInterval(sweeping);
      await Promise.all([store.close(), records.close()]);
    },
  };
}

const both = (a: void | Promise<void>, b: void | Promise<void>): void | Promise<void> =>
  a === undefined || b === undefined ? (a ?? b) : Promise.all([a, b]).then(() => {});
