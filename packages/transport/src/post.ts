// Messages for clients of the process before this one. To ZeroMQ clients are anonymous: a ROUTER makes up an identity for each
// connection (§2.1), so the next process knows nobody by the identities that engines answer to. A client says by the session of
// its next request who it is; one that only waits says nothing. So what is for a session that nobody has claimed goes to all who
// came back silently: clients let go by what they have not asked for.
import type { Frames, PeerId } from '@muster/protocol';
import { ownBytes } from '@muster/protocol';

export interface Post {
  /** A connection stands (`tellsConnections`). */
  connected(peer: PeerId): void;
  /** True when it is not known whose connection this is. */
  isUnknown(peer: PeerId): boolean;
  /** The connection is that of this session's client; to be told of verified messages only. */
  identified(peer: PeerId, session: string): void;
  /** To the connection, if it is one of this process; else to the session that the frames are for. */
  send(peer: PeerId, frames: Frames, sessionOf: () => string | undefined): void;
  deliver(session: string, frames: Frames): void;
}

export interface PostOptions {
  readonly send: (peer: PeerId, frames: Frames) => void;
  /** Who connects while this is true may have been here before. */
  readonly isReturning: () => boolean;
  readonly limits?: Partial<PostLimits>;
}

interface PostLimits {
  /** Connections remembered; the oldest are forgotten first. */
  readonly peers: number;
  /** Messages kept for sessions that have not been heard of, and their bytes. */
  readonly parcels: number;
  readonly bytes: number;
}

const defaultLimits: PostLimits = { peers: 100_000, parcels: 1000, bytes: 64 * 2 ** 20 };

interface Parcel {
  readonly session: string;
  readonly frames: Frames;
  readonly sizeBytes: number;
  /** Who has got it. */
  readonly peers: Set<PeerId>;
}

export function createPost({ send, isReturning, limits: given }: PostOptions): Post {
  const limits = { ...defaultLimits, ...given };
  /** Connections of this process, with their sessions. */
  const peers = new Map<PeerId, string | undefined>();
  const bySession = new Map<string, PeerId>();
  const silent = new Set<PeerId>();
  let parcels: Parcel[] = [];
  let bytes = 0;

  function note(peer: PeerId, session: string | undefined): void {
    peers.delete(peer);
    peers.set(peer, session);
    if (peers.size > limits.peers) forget(peers.entries().next().value!);
  }
  function forget([peer, session]: [PeerId, string | undefined]): void {
    peers.delete(peer);
    silent.delete(peer);
    if (session !== undefined && bySession.get(session) === peer) bySession.delete(session);
  }
  function handOver(parcel: Parcel, peer: PeerId): void {
    if (parcel.peers.has(peer)) return;
    parcel.peers.add(peer);
    send(peer, parcel.frames);
  }
  function keep(session: string, frames: Frames): void {
    const sizeBytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    const parcel: Parcel = { session, frames: frames.map(ownBytes), sizeBytes, peers: new Set() };
    for (const peer of silent) handOver(parcel, peer);
    parcels.push(parcel);
    bytes += sizeBytes;
    while (parcels.length > limits.parcels || bytes > limits.bytes) bytes -= parcels.shift()!.sizeBytes;
  }
  function deliver(session: string, frames: Frames): void {
    const peer = bySession.get(session);
    if (peer === undefined) keep(session, frames);
    else send(peer, frames);
  }
  return {
    connected(peer) {
      note(peer, undefined);
      if (!isReturning()) return;
      silent.add(peer);
      for (const parcel of parcels) handOver(parcel, peer);
    },
    isUnknown: (peer) => peers.get(peer) === undefined,
    identified(peer, session) {
      note(peer, session);
      silent.delete(peer);
      bySession.set(session, peer);
      for (const parcel of parcels) if (parcel.session === session) handOver(parcel, peer);
      parcels = parcels.filter((parcel) => parcel.session !== session);
      bytes = parcels.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    },
    send(peer, frames, sessionOf) {
      const session = peers.has(peer) ? undefined : sessionOf();
      if (session === undefined) send(peer, frames);
      else deliver(session, frames);
    },
    deliver,
  };
}

/** For a process that follows no other. */
export const createPlainPost = (send: (peer: PeerId, frames: Frames) => void): Post => ({
  connected() {},
  isUnknown: () => false,
  identified() {},
  send,
  deliver: (_session, _frames) => {},
});

/** What a socket says of a new connection (`tellsConnections`); no message of a peer is like that. */
export const isConnection = (frames: Frames): boolean => frames.length === 1 && frames[0]!.length === 0;
