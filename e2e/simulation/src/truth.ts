// What really happened, written down as it happens and judged afterwards. What the scheduler did is seen on its sockets (see
// tap.ts), what engines and clients did is told by the models.
import type { JsonObject } from '@muster/protocol';

/** What an engine makes of a task. */
export type Outcome = 'ok' | 'error' | 'unmet' | 'aborted';

/** A point in the history: its place among all that was written down, and its time. */
interface Moment {
  readonly at: number;
  readonly us: number;
}

/** A task handed to an engine once. */
export interface Attempt {
  readonly engineUuid: string;
  readonly dispatched: Moment;
  /** What the engine made of it; undefined when it never came to an end there. */
  outcome?: Outcome;
  /** The scheduler received the answer. */
  returned?: Moment;
  /** The engine was taken off the list before that. */
  lost?: Moment;
}

/** A dependency as it was asked for. */
export interface Wanted {
  readonly dependencies: readonly string[];
  readonly all: boolean;
  readonly success: boolean;
  readonly failure: boolean;
}

export interface TaskSpec {
  readonly msgId: string;
  readonly after?: Wanted | undefined;
  readonly follow?: Wanted | undefined;
  /** Uuids; none: any engine. */
  readonly targets: readonly string[];
  readonly kernel?: string | undefined;
  readonly retries: number;
  /** 0: none. */
  readonly timeoutMs: number;
  /** Metadata that cannot be right; the task must be refused. */
  readonly invalid?: object | undefined;
}

/** The reply that the scheduler sent to the client. */
export interface Ending {
  readonly moment: Moment;
  readonly ok: boolean;
  readonly ename: string | undefined;
  /** Undefined when no engine was involved. */
  readonly engineUuid: string | undefined;
}

/** Someone who asked for something. `gone`: does not wait for answers any more. */
export interface Waiter {
  readonly session: string;
  gone: boolean;
}

export interface TaskTruth {
  readonly spec: TaskSpec;
  /** Undefined for tasks that were resubmitted: nobody waits for those. */
  readonly client: Waiter | undefined;
  /** The scheduler received it. */
  accepted?: Moment;
  readonly attempts: Attempt[];
  readonly endings: Ending[];
  /** Contents of the replies that its client has got. */
  readonly answers: JsonObject[];
}

/** A direct or control request, an engine's part of a broadcast, or a broadcast that is answered once for all engines. */
export interface RequestTruth {
  readonly what: 'direct' | 'control' | 'broadcast' | 'gather';
  readonly msgId: string;
  readonly engineUuids: readonly string[];
  readonly client: Waiter;
  readonly answers: JsonObject[];
  /** The client was told that one of the engines is gone, so it waits no more (§4.3). */
  failed: boolean;
}

/** A question to the hub. */
export interface QueryTruth {
  readonly msgType: string;
  readonly client: Waiter;
  /** Tasks asked for that somebody had got the answer of: they cannot be pending. */
  readonly ended: readonly string[];
  readonly answers: JsonObject[];
}

/** An engine that was ever announced: its number, and when it was on the list. */
interface ListedEngine {
  readonly id: number;
  readonly spells: { readonly from: Moment; until?: Moment }[];
}

export interface Truth {
  readonly tasks: Map<string, TaskTruth>;
  readonly requests: Map<string, RequestTruth>;
  readonly queries: Map<string, QueryTruth>;
  /** By uuid. */
  readonly listed: Map<string, ListedEngine>;
  /** When engines, or their nannies, told the hub that they are gone; by uuid. */
  readonly left: Map<string, Moment>;
  /** Rules broken on the way. */
  readonly broken: string[];
  moment(): Moment;
}

export function createTruth(nowUs: () => number): Truth {
  let count = 0;
  return {
    tasks: new Map(),
    requests: new Map(),
    queries: new Map(),
    listed: new Map(),
    left: new Map(),
    broken: [],
    moment: () => ({ at: count++, us: nowUs() }),
  };
}

export const plainSpec = (msgId: string): TaskSpec => ({ msgId, targets: [], retries: 0, timeoutMs: 0 });
