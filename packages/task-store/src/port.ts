// The task store: one record a task (§5.1), and the questions that are asked of records (§5.4).
import type { JsonObject, Microseconds } from '@muster/protocol';

/** A task's record. Moments are microseconds since 1970; what is not known yet is null. */
export interface TaskRecord {
  readonly msgId: string;
  header: JsonObject | null;
  metadata: JsonObject | null;
  content: JsonObject | null;
  buffers: readonly Uint8Array[];
  /** By the client's clock. Null in stubs, which only output has made (§5.3). */
  submitted: Microseconds | null;
  clientUuid: string | null;
  engineUuid: string | null;
  started: Microseconds | null;
  completed: Microseconds | null;
  /** By the hub's clock. */
  received: Microseconds | null;
  /** The new msg_id, after a resubmit. */
  resubmitted: string | null;
  resultHeader: JsonObject | null;
  resultMetadata: JsonObject | null;
  resultContent: JsonObject | null;
  resultBuffers: readonly Uint8Array[];
  queue: 'mux' | 'task' | null;
  executeInput: string | null;
  executeResult: JsonObject | null;
  error: JsonObject | null;
  stdout: string;
  stderr: string;
  label: string | null;
  displayData: JsonObject | null;
}

/** Fields to set; `appendStdout` and `appendStderr` add text to what is there. */
export type TaskPatch = Partial<Omit<TaskRecord, 'msgId'>> & {
  readonly appendStdout?: string;
  readonly appendStderr?: string;
};

/** A question in the language of §5.4, as a client sent it: wire names of fields, dates as ISO text. */
export type TaskQuery = JsonObject;

/** Thrown by stores; the hub turns it into the error content of its reply. `ename` as Python peers know it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly ename: string;
  constructor(ename: string, evalue: string) {
    super(evalue);
    this.ename = ename;
  }
}

/**
 * Keeps task records. Implementations copy the bytes they keep. Answers are copies: changing them changes nothing.
 * Methods may answer at once or by a promise; a store on a network answers by promises.
 */
export interface TaskStore {
  readonly name: string;
  /** Creates the record or merges the fields into it. */
  upsert(msgId: string, patch: TaskPatch): void | Promise<void>;
  /** Rejects or throws StoreError KeyError when there is none (or it was culled, or nothing is stored at all). */
  get(msgId: string): TaskRecord | Promise<TaskRecord>;
  /** undefined when there is none; throws only when the store cannot answer. */
  find(msgId: string): TaskRecord | undefined | Promise<TaskRecord | undefined>;
  /** Records that match, in order of `submitted`. `keys`: wire names of the fields wanted, null for all (§12.6). */
  query(query: TaskQuery, keys: readonly string[] | null): readonly JsonRecord[] | Promise<readonly JsonRecord[]>;
  /** msg_ids of records with `submitted`, in its order. */
  history(): readonly string[] | Promise<readonly string[]>;
  /** Removes records; ids that do not exist are ignored. */
  remove(msgIds: readonly string[]): void | Promise<void>;
  /** Removes all records that match the query. */
  removeWhere(query: TaskQuery): void | Promise<void>;
  close(): void | Promise<void>;
}

/** A record as a reply carries it: wire names, dates as text, buffers apart. */
export interface JsonRecord {
  readonly fields: JsonObject;
  readonly buffers: readonly Uint8Array[];
  readonly resultBuffers: readonly Uint8Array[];
}
