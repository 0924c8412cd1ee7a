import type { Microseconds } from '@muster/protocol';
import type { Found, JsonRecord, StoredEngine, StoredEngines, TaskQuery } from '../port.ts';
import type { PendingWrite } from './write-batch.ts';

/**
 * A database behind a store that batches its writes. One call at a time writes; questions may come while one runs, and
 * see the writes of the calls that have ended.
 * Rejects with StoreError for a question that is refused, with BackendError when the database cannot answer.
 */
export interface TaskBackend<T = readonly PendingWrite[]> {
  /** Stores the writes in their order. After a rejection it may be called again with the same writes. */
  apply(writes: T): Promise<void>;
  find(msgIds: readonly string[]): Promise<readonly Found[]>;
  query(query: TaskQuery, keys: readonly string[] | null): Promise<readonly JsonRecord[]>;
  history(): Promise<readonly string[]>;
  remove(msgIds: readonly string[]): Promise<void>;
  removeWhere(query: TaskQuery): Promise<void>;
  expire(receivedBefore: Microseconds): Promise<void>;
  loadEngines(): Promise<StoredEngines>;
  putEngine(engine: StoredEngine): Promise<void>;
  removeEngine(uuid: string): Promise<void>;
  close(): Promise<void>;
}

/** The database failed. `retryable`: the same may succeed in a while. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
  readonly retryable: boolean;
  constructor(message: string, retryable: boolean) {
    super(message);
    this.retryable = retryable;
  }
}
