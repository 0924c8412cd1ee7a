// Who is connected to the clients' socket and has not been heard. A ROUTER makes up identities by counting (five bytes, the
// first 0), each for a connection; so one that connects to itself now and then learns up to where it has counted.
import type { Frames, PeerId } from '@muster/protocol';
import { decodeText, encodeText } from '@muster/protocol';
import type { Received, Socket } from '@muster/transport';

export interface Strangers {
  /** Learns who has connected; resolves to the number of the last one, to undefined when it cannot be told. */
  count(): Promise<number | undefined>;
  /** Those with numbers above `after`, up to `last`, that were not heard. */
  between(after: number, last: number): PeerId[];
  /** Looks at a message; true when it is one of its own, and for nobody else. */
  hears(received: Received): boolean;
  stop(): Promise<void>;
}

/** Connections that may have been made before the first of our own. */
const earlier = 32;
/** So many that were heard are known; others count as strangers, and may get what they do not know. */
const mostHeard = 20_000;

/** Number of a made-up identity. */
export function numberOf(peer: PeerId): number | undefined {
  if (peer.length !== 5 || peer.charCodeAt(0) !== 0) return undefined;
  return [1, 2, 3, 4].reduce((sum, at) => sum * 256 + peer.charCodeAt(at), 0);
}

const peerOf = (number: number): PeerId =>
  String.fromCharCode(0, number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);

/** Dials at once: whoever connects later has a higher number. */
export function createStrangers(dial: () => Socket, newId: () => string): Strangers {
  const heard = new Set<number>();
  let first: number | undefined;
  let asking: { token: string; socket: Socket; answer: (last: number | undefined) => void } | undefined;
  let counting: Promise<number | undefined> | undefined;
  let stopped = false;

  function ask(): Promise<number | undefined> {
    return new Promise((answer) => {
      const token = `muster-stranger/${newId()}`;
      const socket = dial();
      asking = { token, socket, answer };
      const frames: Frames = [encodeText(token)];
      socket.send('', frames);
    });
  }
  function count(): Promise<number | undefined> {
    if (stopped) return Promise.resolve(undefined);
    counting ??= ask().finally(() => {
      counting = undefined;
    });
    return counting;
  }
  void count();

  function finish(last: number | undefined): void {
    const ended = asking;
    asking = undefined;
    void ended?.socket.close();
    ended?.answer(last);
  }
  return {
    count,
    between(after, last) {
      const peers: PeerId[] = [];
      for (let number = Math.max(after, (first ?? last) - earlier) + 1; number <= last; number++)
        if (!heard.has(number)) peers.push(peerOf(number));
      return peers;
    },
    hears({ peer, frames }) {
      const number = numberOf(peer);
      if (number === undefined) return false;
      if (heard.size >= mostHeard) heard.delete(heard.values().next().value!);
      heard.add(number);
      if (asking === undefined || frames.length !== 1 || !isText(frames[0]!, asking.token)) return false;
      first ??= number;
      finish(number);
      return true;
    },
    async stop() {
      stopped = true;
      await asking?.socket.close();
      finish(undefined);
    },
  };
}

function isText(bytes: Uint8Array, text: string): boolean {
  try {
    return bytes.length === text.length && decodeText(bytes) === text;
  } catch {
    return false;
  }
}
