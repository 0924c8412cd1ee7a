// The facts that services tell each other. A fact is past tense, can be repeated without harm, and can be rebuilt from
// the store or the peers. Messages travel in them undecoded (in one process: the same object, no copy).
import type { Message } from '@muster/protocol';

/** What runs in an engine: our Node kernel or a Python one; other kernels by their name. */
export type KernelName = string;

export interface EngineRef {
  /** Number that people see; never used twice while a controller lives. */
  readonly id: number;
  /** Text identity, also its ZeroMQ identity and the session of its messages. */
  readonly uuid: string;
  /** 'python' unless the engine said otherwise when it registered. */
  readonly kernel: KernelName;
}

export type Fact =
  /** hub → all: an engine is there and can be given work. */
  | { readonly type: 'engine.registered'; readonly engine: EngineRef }
  /** hub → all: an engine is gone. */
  | { readonly type: 'engine.unregistered'; readonly engine: EngineRef; readonly reason: string }
  /** hub → heartmonitor: this engine is expected; look for its heart soon. */
  | { readonly type: 'registration.pending'; readonly uuid: string }
  /** hub → heartmonitor: nobody waits for this engine's first beat any more. */
  | { readonly type: 'registration.ended'; readonly uuid: string }
  /** heartmonitor → hub: this engine answers pings. */
  | { readonly type: 'heart.started'; readonly uuid: string }
  /** heartmonitor → hub: this engine has missed too many pings. */
  | { readonly type: 'heart.stopped'; readonly uuid: string }
  /** relay → hub: a client's request went to an engine by the direct channel. Not verified yet. */
  | { readonly type: 'direct.requested'; readonly engineUuid: string; readonly message: Message }
  /** relay → hub: an engine answered on the direct channel. Not verified yet. */
  | { readonly type: 'direct.replied'; readonly engineUuid: string; readonly message: Message }
  /** relay → hub: an engine published on iopub. Not verified yet. */
  | { readonly type: 'iopub.published'; readonly message: Message }
  /** task-scheduler → hub: a task was accepted and waits. Verified. */
  | { readonly type: 'task.received'; readonly message: Message }
  /** task-scheduler → hub: a task was handed to an engine (again, when it was retried). */
  | { readonly type: 'task.dispatched'; readonly msgId: string; readonly engineUuid: string }
  /** task-scheduler → hub: a task ended; the reply is an engine's or the scheduler's own. Verified. */
  | { readonly type: 'task.finished'; readonly message: Message }
  /** hub → task-scheduler: run this task for nobody; its replies go to the hub only. */
  | { readonly type: 'task.resubmitted'; readonly message: Message };

export type FactType = Fact['type'];
export type FactOf<T extends FactType> = Extract<Fact, { type: T }>;
