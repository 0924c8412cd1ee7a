// Delivers to clients of an earlier process: they are connected again under another identity, which is known as soon as
// they send anything (§2.1).
import type { Frames, PeerId } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';

export interface Post {
  /** A request of this session came by this connection. */
  saw(session: string, peer: PeerId): void;
  /** Sends the message, or keeps it until the client is heard of. */
  deliver(session: string, frames: Frames): void;
  /** Messages that are kept. */
  readonly kept: number;
}

export interface PostOptions {
  readonly send: (peer: PeerId, frames: Frames) => void;
  readonly log: Logger;
  readonly limits?: Partial<PostLimits>;
}

interface PostLimits {
  readonly sessions: number;
  readonly messages: number;
  readonly bytes: number;
}

const defaultLimits: PostLimits = { sessions: 10_000, messages: 10_000, bytes: 256 * 2 ** 20 };

const bytesOf = (frames: Frames): number => frames.reduce((sum, frame) => sum + frame.length, 0);

/** The oldest go when a limit is reached: the results are in the records, where clients can ask for them. */
export function createPost({ send, log, limits: given }: PostOptions): Post {
  const limits = { ...defaultLimits, ...given };
  const peers = new Map<string, PeerId>();
  const waiting: { readonly session: string; readonly frames: Frames }[] = [];
  const owed = new Map<string, number>();
  let bytes = 0;
  let dropped = 0;

  function count(session: string, by: number): void {
    const left = (owed.get(session) ?? 0) + by;
    if (left > 0) owed.set(session, left);
    else owed.delete(session);
  }
  function dropOldest(): void {
    const oldest = waiting.shift();
    if (oldest === undefined) return;
    bytes -= bytesOf(oldest.frames);
    count(oldest.session, -1);
    if (dropped++ === 0)
      log.warn(limits, 'results of clients that are not heard of are dropped; they can be fetched from the hub');
  }
  function handOver(session: string, peer: PeerId): void {
    owed.delete(session);
    const others = waiting.splice(0).filter((parcel) => {
      if (parcel.session !== session) return true;
      bytes -= bytesOf(parcel.frames);
      send(peer, parcel.frames);
      return false;
    });
    waiting.push(...others);
  }
  return {
    saw(session, peer) {
      if (peers.get(session) === peer) return;
      peers.delete(session);
      peers.set(session, peer);
      if (peers.size > limits.sessions) peers.delete(peers.keys().next().value!);
      if (owed.has(session)) handOver(session, peer);
    },
    deliver(session, frames) {
      const peer = peers.get(session);
      if (peer !== undefined) return send(peer, frames);
      waiting.push({ session, frames });
      bytes += bytesOf(frames);
      count(session, 1);
      while (waiting.length > limits.messages || bytes > limits.bytes) dropOldest();
    },
    get kept() {
      return waiting.length;
    },
  };
}
