// What comes in from the sockets, checked once: frames, signature, replay, header and metadata (§3.3). Content and buffers
// are never parsed, and of the parent of a reply only its msg_id is looked for.
import type { Frames, Message, Signer } from '@muster/protocol';
import { createReplayGuard, findDelimiter, openMessage, ProtocolError } from '@muster/protocol';
import type { Received } from '@muster/transport';
import type { DropLog } from './drop-log.ts';

/** Larger dictionaries are not parsed: parsing would hold up everybody. */
const maxParsedBytes = 64 * 2 ** 20;

export interface Reader {
  /** A client's request `<IDS|MSG>…`; undefined when it was dropped. */
  readRequest(received: Received): Message | undefined;
  /** An engine's reply `[client] <IDS|MSG>…`; undefined when it was dropped. */
  readReply(received: Received): Message | undefined;
}

export function createReader(signer: Signer, log: DropLog): Reader {
  // Replies need no guard: a second one finds its task finished.
  const guard = createReplayGuard();

  function drop(error: unknown, from: 'client' | 'engine'): undefined {
    if (error instanceof ProtocolError) log.drop(error.code, error.message, from);
    else log.drop('unreadable', String(error), from);
  }
  return {
    readRequest({ frames }) {
      try {
        // A DEALER sends no id frames; an engine could not send those of another kind of peer back.
        checkSize(frames, 0);
        return openMessage(frames, signer, guard, 0);
      } catch (error) {
        return drop(error, 'client');
      }
    },
    readReply({ frames }) {
      try {
        const at = findDelimiter(frames);
        checkSize(frames, at);
        const message = openMessage(frames, signer, undefined, at);
        message.parentId;
        return message;
      } catch (error) {
        return drop(error, 'engine');
      }
    },
  };
}

function checkSize(frames: Frames, at: number): void {
  let bytes = 0;
  for (let i = at + 2; i < at + 5 && i < frames.length; i++) bytes += frames[i]!.length;
  if (bytes > maxParsedBytes) throw new ProtocolError('too_large', `header and metadata have ${bytes} bytes`);
}
