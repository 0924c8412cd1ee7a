import { addressesHungUpOn } from './hung-up-on.ts';
import { keptOut } from './kept-out.ts';
import type { NativeSocket } from './native-socket.ts';

/** A refused peer tries ten times a second for ever: tell of it at once, then not more often than this. */
const tellEveryMs = 10_000;

const reasons: Record<string, string> = {
  ERR_ZMTP_CRYPTOGRAPHIC: 'they have a wrong CURVE server key',
  ERR_ZMTP_MECHANISM_MISMATCH: 'one side wants CURVE and the other has none',
};

/**
 * Follows what happens to a socket, from now to its end: then all its connections and ports are free, which takes libzmq's
 * own threads a while after `close`. Refused handshakes are told to `onError`, with the addresses of the peers where the system
 * knows them.
 */
export async function watchHandshakes(native: NativeSocket, onError: (error: Error) => void): Promise<void> {
  const { events } = native;
  let refused = 0;
  let quietUntil = 0;
  for (
    let event = await events.receive();
    event !== undefined && event.type !== 'end';
    event = await events.receive()
  ) {
    if (event.type !== 'handshake:error:protocol' && event.type !== 'handshake:error:auth') continue;
    refused++;
    if (performance.now() < quietUntil) continue;
    quietUntil = performance.now() + tellEveryMs;
    const code = event.error?.code ?? '';
    const why = reasons[code] ?? `their handshake failed (${code || event.type})`;
    const port = Number(event.address?.split(':').at(-1));
    onError(keptOut(why, refused, await addressesHungUpOn(port)));
    refused = 0;
  }
}
