// The peers of a socket, from their first appearance until they are let go.
import { Breach } from './breach.ts';
import type { ZmtpLimits } from './limits.ts';
import { createOutput } from './output.ts';
import type { Peer } from './peer.ts';
import type { Refusals } from './refusals.ts';
import type { Role } from './roles/role.ts';
import type { Shared } from './shared.ts';

export interface PeerBookOptions {
  readonly limits: ZmtpLimits;
  readonly sendsAtOnce: boolean;
  readonly shared: Shared;
  readonly role: Role;
  readonly refusals: Refusals;
  readonly onGone: () => void;
}

export interface PeerBook {
  readonly all: ReadonlySet<Peer>;
  /** One that this side connects to, or one that came to a port. */
  add(endpoint: string | undefined, port: number): Peer;
  /** Lets it go when it has got what waits for it. */
  leave(peer: Peer): void;
  /** Lets it go at once, and ends its connection. */
  cut(peer: Peer): void;
  /** It is gone. */
  forget(peer: Peer): void;
}

export function createPeerBook({ limits, sendsAtOnce, shared, role, refusals, onGone }: PeerBookOptions): PeerBook {
  const all = new Set<Peer>();

  function overflow(peer: Peer): void {
    const breach = new Breach('too_much_queued', `${limits.peerQueueBytes} bytes`);
    peer.output.clear();
    if (peer.link !== undefined) peer.link.end(breach);
    else if (peer.endpoint !== undefined) refusals.dialled(breach, peer.endpoint);
  }
  function forget(peer: Peer): void {
    if (!all.delete(peer)) return;
    peer.dialler?.stop();
    if (!peer.isLeaving) role.gone(peer);
    peer.output.clear();
    onGone();
  }
  function cut(peer: Peer): void {
    const link = peer.link ?? peer.dialler?.link;
    forget(peer);
    link?.end();
  }
  /** What waited has been handed over: the connection ends when it has left. */
  function finish(peer: Peer): void {
    if (peer.link === undefined) return cut(peer);
    peer.dialler?.stop();
    peer.link.finish();
  }
  return {
    all,
    add(endpoint, port) {
      const output = createOutput({
        ...shared,
        mostBytes: limits.peerQueueBytes,
        isEager: sendsAtOnce,
        onFull: () => overflow(peer),
        onEmpty() {
          if (peer.isLeaving) finish(peer);
        },
      });
      const peer: Peer = {
        endpoint,
        port,
        output,
        link: undefined,
        dialler: undefined,
        name: undefined,
        isLeaving: false,
      };
      all.add(peer);
      return peer;
    },
    leave(peer) {
      if (peer.isLeaving) return;
      role.gone(peer);
      peer.isLeaving = true;
      if (peer.output.isEmpty) finish(peer);
    },
    cut,
    forget,
  };
}
