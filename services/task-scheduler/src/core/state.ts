import type { HeaderSource, Message, PeerId } from '@muster/protocol';
import { createHeaderSource } from '@muster/protocol';
import type { Packing } from './keeping.ts';
import { createPacking } from './keeping.ts';
import type { SchedulerLimits } from './limits.ts';
import type { OutcomeMemory } from './memory.ts';
import { createOutcomeMemory } from './memory.ts';
import type { Level } from './ordered-pool.ts';
import type { Policy } from './policies.ts';
import { policies } from './policies.ts';
import type { Pool } from './pool.ts';
import type { TaskList } from './task-list.ts';
import type { Terms } from './terms.ts';
import { oneProcess } from './terms.ts';
import type { Wishes } from './wishes.ts';

/** An engine that is registered, or was lost and may still answer. */
export interface Engine {
  readonly uuid: string;
  /** Number that people see. */
  readonly id: number;
  readonly kernel: string;
  /** One number for each registration: an engine that comes back under its old uuid is another host. Starts at 1. */
  readonly serial: number;
  /** In the order in which they were sent. */
  readonly running: TaskList;
  /** It has answered a probe: it is connected, and has answered all that an earlier scheduler had given it. */
  proven: boolean;
  /** msg_ids of the probes that it was sent and has not answered. */
  probes: string[];
  /** It gets no new tasks. */
  drained: boolean;
  /** Place in the pool; level -1: not in it. */
  level: number;
  stamp: number;
  shelf: Level | undefined;
  slot: number;
  previous: Engine | undefined;
  next: Engine | undefined;
}

/** A dependency and what is known of it so far. */
export interface Requirement {
  readonly all: boolean;
  readonly success: boolean;
  readonly failure: boolean;
  /** Ids that have not ended. */
  readonly waitingFor: Set<string>;
  /** An id that has ended counts. */
  good: boolean;
  /** Why it can never be met; undefined while it can. */
  impossible: Impossible | undefined;
  /** `follow` only: live engines on which the ids that count have run. */
  readonly hosts: Set<Engine>;
}

/** `evalue` is empty where Python's is (§6.5); `why` is for people, in the traceback. */
export interface Impossible {
  readonly why: string;
  readonly evalue: string;
}

/** A task that has been accepted and not answered. It runs (engine), waits (bucket), or is held by its dependencies. */
export interface Task {
  readonly msgId: string;
  /** Order of submission: among tasks that could run, the first submitted runs first. */
  readonly seq: number;
  readonly client: PeerId | null;
  /** The request; undefined: it is packed in a block (keeping.ts). */
  message: Message | undefined;
  block: Uint8Array | undefined;
  blockAt: number;
  readonly sizeBytes: number;
  /** The request has been copied out of the receive block. */
  kept: boolean;
  readonly kernel: string | undefined;
  /** Uuids; undefined: any engine. */
  readonly targets: ReadonlySet<string> | undefined;
  readonly timeoutMs: number;
  retriesLeft: number;
  /** Uuids of engines that have refused or failed it. */
  blacklist: Set<string> | undefined;
  after: Requirement | undefined;
  follow: Requirement | undefined;
  engine: Engine | undefined;
  /** An earlier scheduler had accepted it. */
  readonly recovered: boolean;
  /** An earlier scheduler gave it to the engine on which it runs: whether it got there is not known. */
  adopted: boolean;
  /** The hub was asked about its targets, or the store about its dependencies: what they do not know there is not. */
  sure: boolean;
  bucket: Bucket | undefined;
  /** Index among the late ones of the bucket; -1: it is not one of them. */
  slot: number;
  /** Neighbours among those that run on the engine, or in the line of the bucket. */
  previous: Task | undefined;
  next: Task | undefined;
  /** When it times out; undefined while it runs, and when it has no timeout. */
  deadlineUs: number | undefined;
}

/** Waiting tasks that suit the same engines. */
export interface Bucket {
  readonly key: string;
  readonly kernel: string | undefined;
  /** Only these uuids; undefined: all but the blacklist. */
  readonly only: ReadonlySet<string> | undefined;
  readonly blacklist: ReadonlySet<string> | undefined;
  /** By `seq`. */
  readonly line: TaskList;
  /** Those that came too late for the line: a binary heap by `seq`. */
  readonly late: Task[];
}

export interface State {
  readonly limits: SchedulerLimits;
  readonly terms: Terms;
  readonly policy: Policy;
  /** Headers of the replies that the scheduler makes. */
  readonly headers: HeaderSource;
  /** Registered engines by uuid, and by serial. */
  readonly engines: Map<string, Engine>;
  readonly hosts: Map<number, Engine>;
  /** Lost engines whose results may be under way, by the id of their grace timer. */
  readonly lost: Map<string, Engine>;
  /** Probes that were sent and not answered, by msg_id. */
  readonly probes: Map<string, Engine>;
  /** Tasks that name engines or tasks which are not known here, until somebody was asked. With wishes: not linked yet. */
  readonly unsure: Map<Task, Wishes | undefined>;
  /** Engines with room for one more task, proven and not drained. */
  readonly pool: Pool;
  /** Memory for requests that wait. */
  readonly packing: Packing;
  /** Unfinished tasks by msg_id. */
  readonly tasks: Map<string, Task>;
  /** Where waiting tasks wait. */
  readonly buckets: Map<string, Bucket>;
  /** Unfinished id → the tasks that depend on it. */
  readonly graph: Map<string, Set<Task>>;
  /** Unfinished tasks with `follow`. */
  readonly followers: Set<Task>;
  /** How recent tasks ended. */
  readonly memory: OutcomeMemory;
  /** Bytes of all unfinished tasks. */
  bytes: number;
  nextSeq: number;
  nextSerial: number;
}

/** A scheduler without engines and tasks. `session` marks its own replies; it must be unique in the cluster. */
export function createState(limits: SchedulerLimits, session: string, terms: Terms = oneProcess): State {
  const policy = policies[limits.schemeName];
  return {
    limits,
    terms,
    policy,
    headers: createHeaderSource(session),
    engines: new Map(),
    hosts: new Map(),
    lost: new Map(),
    probes: new Map(),
    unsure: new Map(),
    pool: policy.createPool(limits.hwm),
    packing: createPacking(),
    tasks: new Map(),
    buckets: new Map(),
    graph: new Map(),
    followers: new Set(),
    memory: createOutcomeMemory(limits.rememberedTasks),
    bytes: 0,
    nextSeq: 0,
    nextSerial: 1,
  };
}
