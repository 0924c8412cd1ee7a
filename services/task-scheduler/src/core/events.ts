// What the scheduler is told. Messages have been checked by the shell: signature, header, metadata and parent header.
import type { EngineRef } from '@muster/bus';
import type { TimerFired } from '@muster/machine';
import type { Message, PeerId } from '@muster/protocol';

/** An engine is there and can be given work. Told twice, it changes nothing. */
export interface EngineRegistered {
  readonly type: 'engine.registered';
  readonly engine: EngineRef;
}

/** An engine is gone. Its results may still be under way. */
export interface EngineUnregistered {
  readonly type: 'engine.unregistered';
  readonly engine: EngineRef;
}

/** A request came in. Without a client (resubmitted tasks, §12.8) its answer is published as a fact only. */
export interface TaskSubmitted {
  readonly type: 'task.submitted';
  readonly client: PeerId | null;
  readonly message: Message;
  /** Bytes of buffers that the bus did not carry: it cannot run. */
  readonly leftOutBytes?: number;
}

/** An engine sent a reply. */
export interface TaskAnswered {
  readonly type: 'task.answered';
  readonly engineUuid: string;
  readonly message: Message;
}

/** Which engines there are, as the hub says: all others are gone. */
export interface EnginesListed {
  readonly type: 'engines.listed';
  readonly engines: readonly EngineRef[];
  /** Uuids of engines whose first heartbeat is awaited: they are neither there nor gone. */
  readonly pending: readonly string[];
}

/** The hub was asked for the targets of these tasks; or it has not answered for so long that nobody shall wait for it. */
export interface TargetsChecked {
  readonly type: 'targets.checked';
  readonly msgIds: readonly string[];
}

/** What the store knows of tasks that somebody depends on. */
export interface OutcomesRecalled {
  readonly type: 'outcomes.recalled';
  /** The task that named them. */
  readonly msgId: string;
  readonly outcomes: readonly PastOutcome[];
}

/** How a task of the past ended. */
export interface PastOutcome {
  readonly msgId: string;
  readonly ok: boolean;
  /** "" when it ended without an engine. */
  readonly engineUuid: string;
}

/** An earlier process had accepted this task, and there is no record of its end. */
export interface TaskRecovered {
  readonly type: 'task.recovered';
  readonly client: PeerId | null;
  readonly message: Message;
  /** The engine to which it was given; null: it was not given to any, as far as is recorded. */
  readonly engineUuid: string | null;
  /** That engine is not registered, and its heartbeat is awaited. */
  readonly awaited: boolean;
}

/** Engines can be reached from now on. */
export interface PortsOpened {
  readonly type: 'ports.opened';
}

/** An engine is to get no new tasks, until it is resumed or gone. */
export interface DrainStarted {
  readonly type: 'drain.started';
  readonly uuid: string;
}

export interface DrainEnded {
  readonly type: 'drain.ended';
  readonly uuid: string;
}

/** The scheduler is about to stop: no engine gets anything any more. These tasks are answered with an error. */
export interface StopRequested {
  readonly type: 'stop.requested';
  readonly msgIds: readonly string[];
}

export type SchedulerEvent =
  | EngineRegistered
  | EngineUnregistered
  | TaskSubmitted
  | TaskAnswered
  | EnginesListed
  | TargetsChecked
  | OutcomesRecalled
  | TaskRecovered
  | PortsOpened
  | DrainStarted
  | DrainEnded
  | StopRequested
  | TimerFired;
