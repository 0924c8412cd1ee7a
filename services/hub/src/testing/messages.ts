// Messages as clients, engines and the scheduler send them, unsigned.
import type { Header, JsonObject } from '@muster/protocol';
import { buildMessage, formatDate, Message, openSigner } from '@muster/protocol';

/** Moment 0 of the tests. */
export const startUs = 1_790_000_000_000_000;

export const header = (msgType: string, msgId: string, more: JsonObject = {}): Header => ({
  msg_id: msgId,
  msg_type: msgType,
  username: 'someone',
  session: 'session-of-client',
  date: formatDate(startUs),
  version: '5.3',
  ...more,
});

interface Parts {
  readonly header?: JsonObject;
  readonly metadata?: JsonObject;
  readonly content?: JsonObject;
  readonly buffers?: Uint8Array[];
}

/** A request of a client. */
export const request = (msgId: string, msgType = 'apply_request', parts: Parts = {}): Message =>
  buildMessage(openSigner, {
    header: header(msgType, msgId, parts.header),
    metadata: parts.metadata ?? {},
    content: parts.content ?? {},
    buffers: parts.buffers ?? [Uint8Array.of(1), Uint8Array.of(2)],
  });

/** A message that answers, or is output of, the request with that id. */
export const answerTo = (msgId: string, msgType = 'apply_reply', parts: Parts = {}): Message =>
  buildMessage(openSigner, {
    header: header(msgType, `answer-${msgId}`, { session: 'session-of-engine', ...parts.header }),
    parentHeader: header('apply_request', msgId),
    metadata: parts.metadata ?? {},
    content: parts.content ?? { status: 'ok' },
    buffers: parts.buffers ?? [],
  });

/** The message with its content replaced by these bytes. */
export const withContentBytes = (message: Message, bytes: Uint8Array): Message =>
  new Message(message.frames.map((frame, i) => (i === 4 ? bytes : frame)));
