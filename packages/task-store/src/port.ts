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
  /** "" after a reply that no engine made (§12.9). */
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

/** Members that hold dictionaries. */
export type DictMember = {
  [K in keyof TaskRecord]-?: JsonObject extends TaskRecord[K] ? K : never;
}[keyof TaskRecord];

/**
 * Fields to set. A dictionary may be given packed, as the bytes of its JSON: then nobody parses it before it is asked
 * for (bytes that are no JSON object read as `{}`). `appendStdout` and `appendStderr` add text to what is there.
 */
export type TaskPatch = {
  readonly [K in keyof Omit<TaskRecord, 'msgId'>]?: K extends DictMember ? TaskRecord[K] | Uint8Array : TaskRecord[K];
} & {
  readonly appendStdout?: string;
  readonly appendStderr?: string;
};

/**
 * What a write does when there is no such record: `create` one; make a `stub`, which has only what output says of it and
 * is culled first, but none for an id that has expired (§12.2); or `ignore` the write.
 */
export type WhenMissing = 'create' | 'stub' | 'ignore';

/** A question in the language of §5.4, as a client sent it: wire names of fields, dates as ISO text. */
export type TaskQuery = JsonObject;

/** What `find` says of one id. `expired`: there was a record, and a limit of age, count or bytes has removed it. */
export type Found = { readonly record: TaskRecord } | { readonly missing: 'unknown' | 'expired' };

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
 * Keeps task records. Implementations copy what they keep, except large buffers that fill their memory block, which
 * nobody may change once they were given. Dictionaries in answers are fresh; byte arrays in them may be the store's own
 * and must not be changed.
 * Methods may answer at once or by a promise; a store on a network answers by promises. Writes take effect in the order
 * of the calls, and a question sees the writes called before it.
 */
export interface TaskStore {
  readonly name: string;
  /** Merges the fields into the record; `whenMissing` says what happens without one. */
  put(msgId: string, patch: TaskPatch, whenMissing: WhenMissing): void | Promise<void>;
  /** One answer for each id, in their order. Throws StoreError when the store cannot answer. */
  find(msgIds: readonly string[]): readonly Found[] | Promise<readonly Found[]>;
  /**
   * Records that match, in order of `submitted`, stubs last. `keys`: wire names of the fields wanted, null or [] for all
   * but the buffers (§12.6). Throws StoreError: KeyError for an unknown operator, or an unknown key when a record matches;
   * ValueError for an operand that its operator cannot take.
   */
  query(query: TaskQuery, keys: readonly string[] | null): readonly JsonRecord[] | Promise<readonly JsonRecord[]>;
  /** msg_ids of records with `submitted`, in its order. */
  history(): readonly string[] | Promise<readonly string[]>;
  /** Removes records; ids that do not exist are ignored. */
  remove(msgIds: readonly string[]): void | Promise<void>;
  /** Removes all records that match the query. Throws as `query`. */
  removeWhere(query: TaskQuery): void | Promise<void>;
  /**
   * Removes records whose result came (`received`) before that moment; their ids are `expired` from then on. Records without a
   * result stay, however old they are.
   */
  expire(receivedBefore: Microseconds): void | Promise<void>;
  /** Resolves when all that was written before this call is stored as well as the store can. */
  settled(): void | Promise<void>;
  readonly engines: EngineRegistry;
  close(): void | Promise<void>;
}

/** `registering`: its first heartbeat is awaited; `lost`: it stopped answering pings, and may wake up. */
export type EngineStatus = 'registering' | 'registered' | 'lost';

/** An engine as a hub knows it that may be replaced by another. */
export interface StoredEngine {
  readonly uuid: string;
  readonly id: number;
  readonly kernel: string;
  readonly status: EngineStatus;
}

export interface StoredEngines {
  /** By id. */
  readonly engines: readonly StoredEngine[];
  /** Larger than the id of any engine that was ever put, so that no number is used twice. */
  readonly nextId: number;
}

/**
 * Engines that outlive the hub, in stores that outlive it; others keep none. Answers at once or by a promise, which rejects
 * with StoreError when the store cannot do it. Nothing is tried again; calls may overtake one another, so whoever writes
 * about one engine waits for what it wrote before.
 */
export interface EngineRegistry {
  load(): StoredEngines | Promise<StoredEngines>;
  put(engine: StoredEngine): void | Promise<void>;
  /** No effect where there is none. */
  remove(uuid: string): void | Promise<void>;
}

/** Of stores that end with their process. */
export const noEngineRegistry: EngineRegistry = {
  load: () => ({ engines: [], nextId: 0 }),
  put() {},
  remove() {},
};

/** A record as a reply carries it: wire names, dates as text, buffers apart (empty unless they were among the keys). */
export interface JsonRecord {
  readonly fields: JsonObject;
  readonly buffers: readonly Uint8Array[];
  readonly resultBuffers: readonly Uint8Array[];
}
