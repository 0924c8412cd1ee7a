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

export type SchedulerSend = TaskDispatch | ClientReply | ErrorReply | FactPublish;
