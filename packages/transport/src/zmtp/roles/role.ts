// What the kinds of sockets do with their peers.
import type { Frames, PeerId } from '@muster/protocol';
import type { SocketKind } from '../../port.ts';
import type { Breach } from '../breach.ts';
import type { Command } from '../codec/commands.ts';
import type { PeerHello } from '../codec/session.ts';
import type { Inbox } from '../inbox.ts';
import type { ZmtpLimits } from '../limits.ts';
import type { Peer } from '../peer.ts';

/** Name of a kind on the wire, and with whom it speaks. */
export const wireKinds: Readonly<
  Record<SocketKind, { readonly socketType: string; readonly partners: readonly string[] }>
> = {
  router: { socketType: 'ROUTER', partners: ['DEALER', 'REQ', 'ROUTER'] },
  dealer: { socketType: 'DEALER', partners: ['DEALER', 'REP', 'ROUTER'] },
  pub: { socketType: 'PUB', partners: ['SUB', 'XSUB'] },
  sub: { socketType: 'SUB', partners: ['PUB', 'XPUB'] },
};

export interface RoleOptions {
  readonly inbox: Inbox;
  readonly limits: ZmtpLimits;
  readonly tellsConnections: boolean;
  /** Something is wrong with a peer that stays. */
  readonly complain: (peer: Peer, breach: Breach) => void;
}

export interface Role {
  /** This side connects to a peer, which is not there yet. */
  dialled(peer: Peer): void;
  /** A connection stands, or stands again. */
  met(peer: Peer, hello: PeerHello): void;
  /** The peer is gone for good. */
  gone(peer: Peer): void;
  message(peer: Peer, frames: Buffer[]): void;
  /** Throws Breach. */
  command(peer: Peer, command: Command): void;
  send(peer: PeerId, frames: Frames): void;
}
