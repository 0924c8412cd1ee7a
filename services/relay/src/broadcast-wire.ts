import type { Frames, Signer } from '@muster/protocol';
import { delimiter, encodeText, fromPeerId, type MessageParts } from '@muster/protocol';
import type { BroadcastRequest } from './core/index.ts';

const mark = '\u0000muster-splice\u0000';

/**
 * The messages of one broadcast, one a target: header and metadata are packed once and spliced, each message is signed
 * by itself (§2.4). Calls `send` with the engine's uuid and the frames behind its identity.
 */
export function spreadBroadcast(
  request: BroadcastRequest,
  signer: Signer,
  send: (uuid: string, frames: Frames) => void,
): void {
  const header = splitAtMark(JSON.stringify({ ...request.header, msg_id: mark }));
  const metadata = splitAtMark(JSON.stringify({ ...request.metadata, targets: mark }));
  const client = fromPeerId(request.client);
  for (const target of request.targets) {
    const [uuid] = target;
    const parts: MessageParts = [
      encodeText(header(JSON.stringify(`${request.originalId}_${uuid}`))),
      request.parentHeader,
      encodeText(metadata(JSON.stringify([target]))),
      request.content,
    ];
    send(uuid, [client, delimiter, signer.sign(parts), ...parts, ...request.buffers]);
  }
}

function splitAtMark(text: string): (middle: string) => string {
  const [before, after] = text.split(JSON.stringify(mark)) as [string, string];
  return (middle) => before + middle + after;
}
