// What comes in from the sockets, checked once: frames, signature, replay, header and metadata (§3.3). Content and buffers
// are never parsed.
import type { Frames, Signer } from '@muster/protocol';
import { createReplayGuard, findDelimiter, type Message, openMessage, ProtocolError } from '@muster/protocol';
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

  function read(open: () => Message, from: 'client' | 'engine'): Message | undefined {
    try {
      return open();
    } catch (error) {
      if (error instanceof ProtocolError) log.drop(error.code, error.message, from);
      else log.drop('unreadable', String(error), from);
      return undefined;
    }
  }
  return {
    readRequest: ({ frames }) =>
      read(() => {
        // A DEALER sends no id frames; an engine could not send those of another kind of peer back.
        checkSize(frames, 0);
        return openMessage(frames, signer, guard, 0);
      }, 'client'),
    readReply: ({ frames }) =>
      read(() => {
        const at = findDelimiter(frames);
        checkSize(frames, at);
        const message = openMessage(frames, signer, undefined, at);
        message.parentHeader;
        return message;
      }, 'engine'),
  };
}

function checkSize(frames: Frames, at: number): void {
  const parsed = [frames[at + 2], frames[at + 3], frames[at + 4]];
  const bytes = parsed.reduce((sum, frame) => sum + (frame?.length ?? 0), 0);
  if (bytes > maxParsedBytes) throw new ProtocolError('too_large', `header and metadata have ${bytes} bytes`);
}
