import { keptOut } from '../kept-out.ts';
import { addressesHungUpOn } from './hung-up-on.ts';
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
  const refusals = createRefusals(onError);
  for (
    let event = await events.receive();
    event !== undefined && event.type !== 'end';
    event = await events.receive()
  ) {
    if (event.type !== 'handshake:error:protocol' && event.type !== 'handshake:error:auth') continue;
    const code = event.error?.code ?? '';
    const why = reasons[code] ?? `their handshake failed (${code || event.type})`;
    refusals.add(why, Number(event.address?.split(':').at(-1)));
  }
  refusals.stop();
}

/** Tells of the first at once, and of those that follow together. */
function createRefusals(onError: (error: Error) => void) {
  let count = 0;
  let last: { readonly why: string; readonly port: number } | undefined;
  let quiet: NodeJS.Timeout | undefined;
  let isStopped = false;

  function tell(): void {
    quiet = undefined;
    if (last === undefined || isStopped) return;
    const refused = { ...last, count };
    [count, last] = [0, undefined];
    quiet = setTimeout(tell, tellEveryMs).unref();
    void addressesHungUpOn(refused.port).then((addresses) => {
      if (!isStopped) onError(keptOut({ ...refused, addresses }));
    });
  }
  return {
    add(why: string, port: number): void {
      count++;
      last = { why, port };
      if (quiet === undefined) tell();
    },
    stop(): void {
      isStopped = true;
      clearTimeout(quiet);
    },
  };
}
