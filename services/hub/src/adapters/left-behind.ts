// What the hub before this one has left in the store.
import { setTimeout as pause } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';
import type { JsonRecord, TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { HubEvent, UnfinishedTask } from '../core/index.ts';

type Restored = Extract<HubEvent, { type: 'hub.restored' }>;

const patienceMs = 60_000;
const retryAfterMs = 500;

/** Tries for a minute; then rejects with MusterError `store_unusable`. */
export async function readLeftBehind(store: TaskStore, log: Logger): Promise<Restored> {
  const giveUpMs = performance.now() + patienceMs;
  for (;;) {
    try {
      const stored = await store.engines.load();
      const records = await store.query(unfinishedQuery, unfinishedKeys);
      return { type: 'hub.restored', stored, tasks: toUnfinished(records) };
    } catch (error) {
      const why = (error as Error).message;
      if (performance.now() > giveUpMs)
        throw new MusterError('store_unusable', `What the hub before this one has left cannot be read: ${why}`);
      log.warn({ store: store.name, why }, 'waiting for the task store');
      await pause(retryAfterMs);
    }
  }
}

/** What is to be read of records of requests that have no result. */
export const unfinishedQuery = { completed: null, submitted: { $ne: null } };
export const unfinishedKeys = ['msg_id', 'header', 'queue', 'engine_uuid'];

/** Records that others have written may lack anything. */
export const toUnfinished = (records: readonly JsonRecord[]): UnfinishedTask[] =>
  records.flatMap(({ fields }) => {
    const { msg_id: msgId, header, queue, engine_uuid: engineUuid } = fields;
    if (typeof msgId !== 'string' || (queue !== 'mux' && queue !== 'task')) return [];
    const msgType = (header as { msg_type?: unknown } | null)?.msg_type;
    return {
      msgId,
      queue,
      msgType: typeof msgType === 'string' ? msgType : 'apply_request',
      engineUuid: typeof engineUuid === 'string' && engineUuid !== '' ? engineUuid : null,
    };
  });
