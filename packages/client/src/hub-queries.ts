// Questions to the hub (§4.7) as functions.
import type { Frames, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';
import type { Targets } from './core/targets.ts';
import { resolveTargets } from './core/targets.ts';
import type { Session } from './session.ts';

/** Numbers of tasks of one engine; with `verbose` their message ids. */
export interface EngineQueue<N> {
  /** Sent directly and not answered. */
  readonly queue: N;
  readonly completed: N;
  /** Given to it by the scheduler and not answered. */
  readonly tasks: N;
}

export interface QueueStatus<N = number> {
  readonly engines: Readonly<Record<number, EngineQueue<N>>>;
  /** Tasks that no engine has yet. */
  readonly unassigned: N;
}

export interface ResultStatus {
  readonly pending: readonly string[];
  readonly completed: readonly string[];
}

/** A task's record in the controller (§5.1). Dates are texts with microseconds. */
export type TaskRecord = JsonObject & { readonly msg_id: string };

/** What to look for (§5.4): `{completed: {$ne: null}, engine_uuid: '…'}`. */
export type TaskQuery = Readonly<Record<string, unknown>>;

export interface PurgeOptions {
  /** Records of these tasks; 'all': of all that have ended. */
  readonly msgIds?: readonly string[] | 'all';
  /** Records of all ended tasks of these engines. */
  readonly engineIds?: readonly number[];
}

export interface HubQueries {
  /** How much every engine has to do. */
  queueStatus(options?: { targets?: Targets; verbose?: false }): Promise<QueueStatus>;
  queueStatus(options: { targets?: Targets; verbose: true }): Promise<QueueStatus<readonly string[]>>;
  /** Message ids of all tasks on record, oldest first; also those of other clients. */
  history(): Promise<readonly string[]>;
  /**
   * Which tasks have ended. Rejects with RemoteError (KeyError) for ids that the controller does not know,
   * with MusterError `result_expired` for those whose record it has removed.
   */
  resultStatus(msgIds: readonly string[]): Promise<ResultStatus>;
  /** Records that match a query. `keys`: only these fields. Buffers come when their keys are asked for. */
  dbQuery(query: TaskQuery, keys?: readonly string[]): Promise<TaskRecord[]>;
  /** Drops records. Rejects with RemoteError when one of the tasks has not ended. */
  purge(options: PurgeOptions): Promise<void>;
}

export function createHubQueries(session: Session): HubQueries {
  async function queueStatus(options: { targets?: Targets; verbose?: boolean } = {}): Promise<never> {
    const { targets = 'all', verbose = false } = options;
    const ids = targets === 'all' ? null : resolveTargets(targets, session.engines).map((engine) => engine.id);
    const { content } = await session.ask('queue_request', { targets: ids, verbose });
    const engines = Object.entries(content).filter(([id]) => /^\d+$/.test(id));
    return { engines: Object.fromEntries(engines), unassigned: content.unassigned } as never;
  }
  return {
    queueStatus,
    async history() {
      const { content } = await session.ask('history_request', {});
      return content.history as string[];
    },
    async resultStatus(msgIds) {
      const { content } = await session.ask('result_request', { msg_ids: msgIds, status_only: true });
      return { pending: content.pending as string[], completed: content.completed as string[] };
    },
    async dbQuery(query, keys) {
      const { content, buffers } = await session.ask('db_request', { query, keys: keys ?? null });
      return withBuffers(content, buffers);
    },
    async purge({ msgIds = [], engineIds = [] }) {
      await session.ask('purge_request', { msg_ids: msgIds, engine_ids: engineIds });
    },
  };
}

/** Puts buffers back into their records: for each record its buffers, then its result_buffers (§4.7). */
function withBuffers(content: JsonObject, buffers: Frames): TaskRecord[] {
  const records = Array.isArray(content.records) ? content.records.filter(isJsonObject) : [];
  const lens = (key: string): unknown[] | undefined => {
    const value = content[key];
    return Array.isArray(value) ? value : undefined;
  };
  const kinds = [
    ['buffers', lens('buffer_lens')],
    ['result_buffers', lens('result_buffer_lens')],
  ] as const;
  let at = 0;
  return records.map((record, i) => {
    const out: Record<string, unknown> = { ...record };
    for (const [key, counts] of kinds) {
      if (counts === undefined) continue;
      const count = Number(counts[i] ?? 0);
      out[key] = buffers.slice(at, at + count);
      at += count;
    }
    return out as TaskRecord;
  });
}
