// What comes in unverified is verified here, before the core sees it (§3.3): questions on the query channel, and the
// relay's copies of direct and iopub messages. What is refused is logged with its remedy, and gets no answer.
import type { Fact, FactOf } from '@muster/bus';
import type { Frames, Message, Signer } from '@muster/protocol';
import { createReplayGuard, MusterError, openMessage, ProtocolError } from '@muster/protocol';
import type { ThrottledWarn } from '@muster/telemetry';
import { isKeptOutput } from '../core/index.ts';

export interface Gate {
  /** The message of a query, or undefined when it was refused. */
  query(frames: Frames): Message | undefined;
  /** True when the fact can be believed, and header, metadata and the msg_id of its parent can be read. */
  directRequest(fact: FactOf<'direct.requested'>): boolean;
  directReply(fact: FactOf<'direct.replied'>): boolean;
  /** Also false for output that the hub has no use for, which costs neither a digest nor, mostly, a parse. */
  output(fact: FactOf<'iopub.published'>): boolean;
  /** Messages that were refused since the start. */
  readonly refused: number;
}

/** How `status` messages, most of all output, look in a header as packed by Python's json, orjson or JSON.stringify. */
const statusMarks = ['"msg_type": "status"', '"msg_type":"status"'];

export function createGate(signer: Signer, replayMemory: number, warn: ThrottledWarn): Gate {
  const guard = createReplayGuard(replayMemory);
  let refused = 0;

  function refuse(error: unknown, where: string): void {
    if (!(error instanceof MusterError)) throw error;
    refused++;
    warn({ where, code: error.code, why: error.message, remedy: error.remedy }, 'message dropped');
  }
  function accept(fact: Fact & { readonly message: Message }, isRequest: boolean): boolean {
    const { message } = fact;
    try {
      if (!signer.verify(message.signature, message.parts)) throw new ProtocolError('bad_signature');
      message.header;
      message.metadata;
      if (!isRequest) message.parentId;
      else if (!guard.isFresh(message.signature)) throw new ProtocolError('replayed');
      return true;
    } catch (error) {
      refuse(error, fact.type);
      return false;
    }
  }
  return {
    get refused() {
      return refused;
    },
    query(frames) {
      try {
        return openMessage(frames, signer, guard);
      } catch (error) {
        refuse(error, 'query');
        return undefined;
      }
    },
    directRequest: (fact) => accept(fact, true),
    directReply: (fact) => accept(fact, false),
    output(fact) {
      const header = fact.message.frames[1]!;
      const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
      if (statusMarks.some((mark) => bytes.includes(mark))) return false;
      try {
        if (!isKeptOutput(fact.message.header.msg_type)) return false;
      } catch (error) {
        refuse(error, fact.type);
        return false;
      }
      return accept(fact, false);
    },
  };
}
