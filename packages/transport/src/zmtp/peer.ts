import type { PeerId } from '@muster/protocol';
import type { Dialler } from './dialler.ts';
import type { Link } from './link.ts';
import type { Output } from './output.ts';

/** Somebody at the other end. One that this side connects to outlives its connections, one that was accepted does not. */
export interface Peer {
  /** Where this side connects to. */
  readonly endpoint: string | undefined;
  /** Where it has come to; 0 if this side connects. */
  readonly port: number;
  readonly output: Output;
  /** The connection, while its handshake is done and it stands. */
  link: Link | undefined;
  /** Who connects to it, if this side does. */
  dialler: Dialler | undefined;
  /** What a ROUTER calls it. */
  name: PeerId | undefined;
  /** It is let go when it has got what waits for it, and is not heard any more. */
  isLeaving: boolean;
}
