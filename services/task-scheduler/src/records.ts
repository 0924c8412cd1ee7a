// What the store knows of tasks: those that an earlier process has left, and how others ended. It is only read.
import type { JsonObject, Message, Signer } from '@muster/protocol';
import { buildMessage, checkHeader } from '@muster/protocol';
import type { Found, TaskRecord, TaskStore } from '@muster/task-store';
import { StoreError } from '@muster/task-store';
import { clientOfSession } from './core/client-address.ts';
import type { PastOutcome, TaskRecovered } from './core/events.ts';

/** The part of the store that the scheduler uses. */
export type TaskRecords = Pick<TaskStore, 'find' | 'query'>;

export type Leftover = Omit<TaskRecovered, 'type' | 'awaited'>;

const recordsAtOnce = 200;

interface Rebuild {
  readonly signer: Signer;
  readonly newId: () => string;
  /** Nothing is to be read of this task. */
  readonly isKnown: (msgId: string) => boolean;
}

/** Unfinished balanced tasks, in the order of submission. Throws what the store throws. */
export async function readLeftovers(store: TaskRecords, rebuild: Rebuild): Promise<Leftover[]> {
  const rows = await store.query({ queue: 'task', completed: null }, ['msg_id']);
  const ids = rows.map(({ fields }) => String(fields.msg_id)).filter((id) => !rebuild.isKnown(id));
  if (ids.length === 0) return [];
  const again = await store.query({ resubmitted: { $ne: null } }, ['resubmitted']);
  const resubmitted = new Set(again.map(({ fields }) => fields.resubmitted));
  const leftovers: Leftover[] = [];
  for (let at = 0; at < ids.length; at += recordsAtOnce)
    for (const found of await findAll(store, ids.slice(at, at + recordsAtOnce))) {
      const leftover = 'record' in found ? toLeftover(found.record, resubmitted, rebuild) : undefined;
      if (leftover) leftovers.push(leftover);
    }
  return leftovers;
}

/** How these tasks ended; those without an end on record are left out. */
export async function readOutcomes(store: TaskRecords, ids: readonly string[]): Promise<PastOutcome[]> {
  const rows = await store.query({ msg_id: { $in: [...ids] }, queue: 'task', completed: { $ne: null } }, [
    'engine_uuid',
    'result_content',
  ]);
  return rows.map(({ fields }) => ({
    msgId: String(fields.msg_id),
    ok: (fields.result_content as JsonObject | null)?.status === 'ok',
    engineUuid: typeof fields.engine_uuid === 'string' ? fields.engine_uuid : '',
  }));
}

/** A store may refuse to give more than so many bytes at once. */
async function findAll(store: TaskRecords, ids: readonly string[]): Promise<readonly Found[]> {
  try {
    return await store.find(ids);
  } catch (error) {
    if (!(error instanceof StoreError) || ids.length === 1) throw error;
    const half = ids.length >> 1;
    return [...(await findAll(store, ids.slice(0, half))), ...(await findAll(store, ids.slice(half)))];
  }
}

/** Undefined when it has ended meanwhile, or there is no request to be run. */
function toLeftover(record: TaskRecord, resubmitted: ReadonlySet<unknown>, rebuild: Rebuild): Leftover | undefined {
  if (record.completed !== null || record.header === null) return undefined;
  try {
    const message = rebuildRequest(record, rebuild);
    // Nobody waits for a task that the hub ran again; whoever asked for it polls the hub (§4.7).
    const client = resubmitted.has(record.msgId) ? null : clientOfSession(message.header.session);
    return { client, message, engineUuid: record.engineUuid || null };
  } catch {
    return undefined;
  }
}

/**
 * The request as it was recorded. It must not be signed as the first time, for engines that had it take no message twice
 * (§3.3); so it gets a parent_header, which nobody reads in requests.
 */
function rebuildRequest(record: TaskRecord, { signer, newId }: Rebuild): Message {
  return buildMessage(signer, {
    header: checkHeader(record.header!),
    parentHeader: { recovered: newId() },
    metadata: record.metadata ?? {},
    content: record.content ?? {},
    buffers: record.buffers,
  });
}
