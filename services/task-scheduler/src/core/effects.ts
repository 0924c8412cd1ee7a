// What the scheduler wants done. Nothing is written yet: tasks are as durable as this process.
import type { Fact } from '@muster/bus';
import type { ErrorContent, Header, JsonObject, Message, PeerId } from '@muster/protocol';

/** Send the request to the engine, with the client's identity in front (§2.3); its bytes as they came. */
export interface TaskDispatch {
  readonly type: 'task.dispatch';
  readonly engineUuid: string;
  readonly client: PeerId | null;
  readonly message: Message;
}

/** Pass an engine's reply to the client; its bytes as they came. */
export interface ClientReply {
  readonly type: 'client.reply';
  readonly client: PeerId;
  readonly engineUuid: string;
  readonly message: Message;
}

/** Sign and send a reply that the scheduler itself makes. */
export interface ErrorReply {
  readonly type: 'error.reply';
  /** Null: nobody to send it to. */
  readonly client: PeerId | null;
  /** Goes in front of the message when an engine was lost (§12.11), else null. */
  readonly engineUuid: string | null;
  readonly header: Header;
  readonly parentHeader: Header;
  readonly metadata: JsonObject;
  readonly content: ErrorContent;
  /** Publish the same message as fact `task.finished`. False when the task was never accepted. */
  readonly finished: boolean;
}

export interface FactPublish {
  readonly type: 'fact.publish';
  readonly fact: Fact;
}

/** Sign and send a request that does nothing to an engine; whoever works in order answers it after all that came before. */
export interface EngineProbe {
  readonly type: 'engine.probe';
  readonly engineUuid: string;
  readonly header: Header;
}

/** Ask the hub which engines there are, for a task whose targets are not known. */
export interface TargetsCheck {
  readonly type: 'targets.check';
  readonly msgId: string;
}

/** Ask the store how these tasks ended, for the task that depends on them. */
export interface OutcomesAsk {
  readonly type: 'outcomes.ask';
  readonly msgId: string;
  readonly ids: readonly string[];
}

export type SchedulerSend =
  | TaskDispatch
  | ClientReply
  | ErrorReply
  | FactPublish
  | EngineProbe
  | TargetsCheck
  | OutcomesAsk;
