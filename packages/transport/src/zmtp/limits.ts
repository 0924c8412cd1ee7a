import { totalmem } from 'node:os';
import type { Frames } from '@muster/protocol';
import { wireBytes } from './codec/frames.ts';

/** What a peer may cost at most. */
export interface ZmtpLimits {
  /** Accepted connections of all sockets of a transport together. */
  readonly connections: number;
  /** From the first byte of a connection to the end of its handshake, in ms. */
  readonly handshakeMs: number;
  /** A frame, where the socket has no limit of its own (`maxFrameBytes`). */
  readonly frameBytes: number;
  /** All frames of a message together. */
  readonly messageBytes: number;
  readonly framesPerMessage: number;
  readonly commandBytes: number;
  /** Properties in the metadata of a handshake. */
  readonly metadataProperties: number;
  /** Different subscriptions of a peer, and the sum of their lengths. */
  readonly subscriptions: number;
  readonly subscriptionBytes: number;
  /** What waits for a peer. A message is taken while less than this waits; at the limit the connection is ended. */
  readonly peerQueueBytes: number;
  /** What waits for all peers that are there together. Above it nothing is read, until half of it has left. */
  readonly totalQueueBytes: number;
  /** While reading pauses for that reason: a peer with something waiting that has taken nothing for so long is let go. */
  readonly stalledMs: number;
  /** Messages that have begun to come in and are not whole, of all connections together. */
  readonly unfinishedBytes: number;
  /** Whole messages that wait for a receiver to be set, a socket. Above it nothing is read. */
  readonly inboxBytes: number;
}

const MiB = 2 ** 20;
const memory = (): number => Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);

export const defaultLimits = (): ZmtpLimits => ({
  connections: 50_000,
  handshakeMs: 30_000,
  frameBytes: 4096 * MiB,
  messageBytes: 8192 * MiB,
  framesPerMessage: 100_000,
  commandBytes: 65_536,
  metadataProperties: 64,
  subscriptions: 10_000,
  subscriptionBytes: MiB,
  peerQueueBytes: Math.min(2048 * MiB, memory() / 2),
  totalQueueBytes: Math.min(1024 * MiB, memory() / 4),
  stalledMs: 60_000,
  unfinishedBytes: memory() / 2,
  inboxBytes: 64 * MiB,
});

/** What a frame in memory costs beside its bytes: the view, and its place in arrays. */
export const frameCost = 128;

/** What a message costs while it waits. */
export const costOf = (frames: Frames): number => wireBytes(frames) + frames.length * frameCost;
