// The peers of a socket: those that it connects to, those that came to it, and their connections.

import type { Socket as NetSocket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { PeerId } from '@muster/protocol';
import type { SocketKind } from '../port.ts';
import { Breach } from './breach.ts';
import type { Dialler } from './dialler.ts';
import { createDialler } from './dialler.ts';
import type { Place } from './endpoints.ts';
import { formatPlace } from './endpoints.ts';
import type { Inbox } from './inbox.ts';
import type { ZmtpLimits } from './limits.ts';
import type { Link } from './link.ts';
import { createLink } from './link.ts';
import { createOutput } from './output.ts';
import type { Peer } from './peer.ts';
import { adopt } from './reading.ts';
import type { Refusals } from './refusals.ts';
import type { Role } from './roles/role.ts';
import { wireKinds } from './roles/role.ts';
import type { Shared } from './shared.ts';

export interface PeersOptions {
  readonly kind: SocketKind;
  readonly identity: PeerId;
  readonly limits: ZmtpLimits;
  readonly sendsAtOnce: boolean;
  readonly shared: Shared;
  readonly role: Role;
  readonly inbox: Inbox;
  readonly refusals: Refusals;
}

export interface Peers {
  dial(place: Place): void;
  /** Ends the connections to that place; what was sent by them leaves first, for at most so long. */
  hangUp(place: Place, lingerMs: number): void;
  /** Somebody has come, to this port; the socket is paused. */
  accept(socket: NetSocket, port: number): void;
  pause(): void;
  resume(): void;
  /** Resolves when those who are there have taken all that was sent to them so far. */
  drained(): Promise<void>;
  /** Delivers what waits for peers that are there or come in time, then ends all connections; nothing is heard any more. */
  close(lingerMs: number): Promise<void>;
}

/** Peers that connect once to an endpoint, however often they are told to. */
const connectsOnce: ReadonlySet<SocketKind> = new Set(['dealer', 'pub', 'sub']);

export function createPeers(options: PeersOptions): Peers {
  const { kind, shared, limits, role, inbox, refusals } = options;
  const hello = { ...wireKinds[kind], identity: options.identity };
  const links = new Set<Link>();
  const peers = new Set<Peer>();
  const diallers = new Map<Peer, Dialler>();
  /** Those that are let go when they have got what waits for them. They are not heard any more. */
  const leaving = new Set<Peer>();
  let isPaused = false;
  let isClosing = false;
  let onAllGone: (() => void) | undefined;

  function newPeer(endpoint: string | undefined): Peer {
    const output = createOutput({
      ...shared,
      mostBytes: limits.peerQueueBytes,
      isEager: options.sendsAtOnce,
      onFull: () => overflow(peer),
      onEmpty() {
        if (leaving.size > 0 && leaving.has(peer)) finish(peer);
      },
    });
    const peer: Peer = { endpoint, output, link: undefined, name: undefined };
    peers.add(peer);
    return peer;
  }
  function overflow(peer: Peer): void {
    const breach = new Breach('too_much_queued', `${limits.peerQueueBytes} bytes`);
    const { link } = peer;
    peer.output.clear();
    if (link !== undefined) link.end(breach);
    else if (peer.endpoint !== undefined) refusals.dialled(breach, peer.endpoint);
  }
  function settle(): void {
    if (onAllGone === undefined || peers.size > 0 || links.size > 0) return;
    onAllGone();
    onAllGone = undefined;
  }
  function forget(peer: Peer): void {
    if (!peers.delete(peer)) return;
    diallers.get(peer)?.stop();
    diallers.delete(peer);
    if (!leaving.delete(peer)) role.gone(peer);
    peer.output.clear();
    settle();
  }
  /** What waited has been handed over: the connection ends when it has left. */
  function finish(peer: Peer): void {
    const link = peer.link ?? diallers.get(peer)?.link;
    diallers.get(peer)?.stop();
    if (peer.link !== undefined) peer.link.finish();
    else link?.end();
    if (peer.link === undefined) forget(peer);
  }
  function leave(peer: Peer): void {
    role.gone(peer);
    leaving.add(peer);
    if (peer.output.isEmpty) finish(peer);
  }
  /** Nothing is waited for any longer. */
  function cut(peer: Peer): void {
    const link = peer.link ?? diallers.get(peer)?.link;
    forget(peer);
    link?.end();
  }
  function makeLink(peerOf: () => Peer, onEnd: (peer: Peer | undefined, breach: Breach | undefined) => void): Link {
    let peer: Peer | undefined;
    const link: Link = createLink({
      ...shared,
      limits,
      hello,
      onReady(told) {
        peer = peerOf();
        peer.link = link;
        if (isPaused) link.pause();
        if (!leaving.has(peer)) role.met(peer, told);
        return peer.output;
      },
      onMessage(frames) {
        shared.counters.messagesIn++;
        if (leaving.size === 0 || !leaving.has(peer!)) role.message(peer!, frames);
      },
      onCommand: (command) => role.command(peer!, command),
      onRead: inbox.deliver,
      onClosed(breach) {
        links.delete(link);
        if (peer !== undefined) peer.link = undefined;
        onEnd(peer, breach);
        settle();
      },
    });
    links.add(link);
    return link;
  }
  function dial(place: Place): void {
    const endpoint = formatPlace(place);
    if (connectsOnce.has(kind) && [...diallers.keys()].some((peer) => peer.endpoint === endpoint)) return;
    const peer = newPeer(endpoint);
    const dialler = createDialler({
      place,
      makeLink: (onClosed) =>
        makeLink(
          () => {
            dialler.succeeded();
            return peer;
          },
          (_, breach) => {
            if (breach !== undefined) refusals.dialled(breach, endpoint);
            onClosed(breach);
            if (leaving.has(peer) && peer.output.isEmpty) forget(peer);
          },
        ),
      onGivenUp: () => forget(peer),
    });
    diallers.set(peer, dialler);
    role.dialled(peer);
  }
  return {
    dial,
    hangUp(place, lingerMs) {
      const endpoint = formatPlace(place);
      for (const peer of [...diallers.keys()]) {
        if (peer.endpoint !== endpoint || leaving.has(peer)) continue;
        leave(peer);
        if (peers.has(peer)) setTimeout(cut, lingerMs, peer).unref();
      }
    },
    accept(accepted, port) {
      const address = accepted.remoteAddress ?? '';
      if (isClosing || !shared.enter()) {
        accepted.destroy();
        if (!isClosing) refuse(new Breach('too_many_connections', `${limits.connections}`), port, address);
        return;
      }
      const link = makeLink(
        () => newPeer(undefined),
        (peer, breach) => {
          shared.leave();
          if (peer !== undefined) forget(peer);
          if (breach !== undefined) refusals.accepted(breach, port, address);
        },
      );
      link.start(adopt(accepted, link.sink));
      link.open();
    },
    pause() {
      isPaused = true;
      for (const link of links) link.pause();
    },
    resume() {
      isPaused = false;
      for (const link of links) link.resume();
    },
    async drained() {
      const waiting = [...peers].filter(({ link, output }) => link !== undefined && !output.isIdle);
      await Promise.all(waiting.map(({ output }) => output.drained()));
    },
    async close(lingerMs) {
      isClosing = true;
      const gone = new Promise<void>((done) => {
        onAllGone = done;
      });
      const dialling = new Set([...diallers.values()].map((dialler) => dialler.link));
      const known = new Set([...peers].map((peer) => peer.link));
      for (const link of links) if (!known.has(link) && !dialling.has(link)) link.end();
      for (const peer of peers) if (!leaving.has(peer)) leave(peer);
      if (lingerMs === 0) for (const peer of peers) cut(peer);
      const timer = setTimeout(() => {
        for (const peer of peers) cut(peer);
      }, lingerMs);
      settle();
      await gone;
      clearTimeout(timer);
    },
  };

  function refuse(breach: Breach, port: number, address: string): void {
    shared.counters.refused[breach.code] = (shared.counters.refused[breach.code] ?? 0) + 1;
    refusals.accepted(breach, port, address);
  }
}
