import type { VirtualTime } from '@muster/machine';
import type { HeaderSource, JsonObject, Message, Signer } from '@muster/protocol';
import { buildMessage, encodeText } from '@muster/protocol';

/** Writes signed messages of one session. */
export interface ModelWriter {
  readonly session: string;
  write(msgType: string, content: object, extras?: MessageExtras): Message;
}

interface MessageExtras {
  /** Default: counted up. */
  readonly msgId?: string;
  readonly parentHeader?: JsonObject;
  readonly metadata?: object;
  /** Two small buffers, as function and arguments have. */
  readonly withBuffers?: boolean;
}

const buffers = [encodeText('function'), encodeText('arguments')];

export function createWriter(signer: Signer, headers: HeaderSource, time: VirtualTime): ModelWriter {
  return {
    session: headers.session,
    write(msgType, content, { msgId, parentHeader = {}, metadata = {}, withBuffers = false } = {}) {
      const next = headers.next(msgType, time.nowUs);
      const header = msgId === undefined ? next : { ...next, msg_id: msgId };
      return buildMessage(signer, { header, parentHeader, metadata, content, buffers: withBuffers ? buffers : [] });
    },
  };
}
