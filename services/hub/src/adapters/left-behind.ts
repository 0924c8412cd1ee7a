// What the hub before this one has left in the store.
import { setTimeout as pause } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';
import type { JsonRecord, TaskStore } from '@muster/task-store';
import { StoreError } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { HubEvent, LeftEngines, UnfinishedTask } from '../core/index.ts';
import type { LeftBehind } from '../service.ts';

type Restored = Extract<HubEvent, { type: 'hub.restored' }>;

const patienceMs = 60_000;
const retryAfterMs = 500;

/** Tries for a minute; then rejects with MusterError `store_unusable`. */
export async function readLeftBehind(store: TaskStore, log: Logger, from?: LeftBehind): Promise<Restored> {
  const giveUpMs = performance.now() + patienceMs;
  for (;;) {
    try {
      const stored = await loadEngines(store, from?.engines);
      const records = await queryUnfinished(from?.records ?? store);
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

/**
 * Both controllers write the engine-state file, and only ours the registry of the store: so the file is the newer one, and the
 * registry follows it. Numbers of neither are used again.
 */
async function loadEngines({ engines: registry }: TaskStore, filed: LeftEngines | undefined): Promise<LeftEngines> {
  const stored = await registry.load();
  if (filed === undefined) return stored;
  const there = new Map(filed.engines.map((engine) => [engine.uuid, engine]));
  for (const { uuid } of stored.engines) if (!there.has(uuid)) await registry.remove(uuid);
  const kernels = new Map(stored.engines.map(({ uuid, kernel }) => [uuid, kernel]));
  const engines = filed.engines.map((engine) => ({ ...engine, kernel: kernels.get(engine.uuid) ?? engine.kernel }));
  for (const engine of engines) await registry.put(engine);
  return { ...filed, engines, nextId: Math.max(filed.nextId, stored.nextId) };
}

/** A store that keeps nothing has nothing. */
async function queryUnfinished(records: LeftBehind['records']): Promise<readonly JsonRecord[]> {
  try {
    return await records.query(unfinishedQuery, unfinishedKeys);
  } catch (error) {
    if (error instanceof StoreError && error.ename === 'NoData') return [];
    throw error;
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
