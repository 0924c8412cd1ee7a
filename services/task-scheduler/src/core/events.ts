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
}

/** An engine sent a reply. */
export interface TaskAnswered {
  readonly type: 'task.answered';
  readonly engineUuid: string;
  readonly message: Message;
}

export type SchedulerEvent = EngineRegistered | EngineUnregistered | TaskSubmitted | TaskAnswered | TimerFired;
