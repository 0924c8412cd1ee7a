// The peers of a socket and their connections: those that it goes to, and those that come.
import type { Socket as NetSocket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { PeerId } from '@muster/protocol';
import type { SocketKind } from '../port.ts';
import { Breach } from './breach.ts';
import { createDialler } from './dialler.ts';
import type { Place } from './endpoints.ts';
import { formatPlace } from './endpoints.ts';
import type { Inbox } from './inbox.ts';
import type { ZmtpLimits } from './limits.ts';
import type { Link } from './link.ts';
import { createLink } from './link.ts';
import type { Peer } from './peer.ts';
import { createPeerBook } from './peer-book.ts';
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
  const book = createPeerBook({ ...options, onGone: settle });
  let isPaused = false;
  let onAllGone: (() => void) | undefined;

  function settle(): void {
    if (book.all.size === 0 && links.size === 0) onAllGone?.();
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
        if (!peer.isLeaving) role.met(peer, told);
        return peer.output;
      },
      onMessage(frames) {
        shared.counters.messagesIn++;
        if (!peer!.isLeaving) role.message(peer!, frames);
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
  const dialledTo = (endpoint: string): Peer[] =>
    [...book.all].filter((peer) => peer.endpoint === endpoint && !peer.isLeaving);

  function dial(place: Place): void {
    const endpoint = formatPlace(place);
    if (connectsOnce.has(kind) && dialledTo(endpoint).length > 0) return;
    const peer = book.add(endpoint, 0);
    function met(): Peer {
      peer.dialler?.succeeded();
      return peer;
    }
    peer.dialler = createDialler({
      place,
      makeLink: (onClosed) =>
        makeLink(met, (_, breach) => {
          if (breach !== undefined) refusals.dialled(breach, endpoint);
          onClosed(breach);
          if (peer.isLeaving && peer.output.isEmpty) book.forget(peer);
        }),
      onGivenUp: () => book.forget(peer),
    });
    role.dialled(peer);
  }
  function accept(accepted: NetSocket, port: number): void {
    const address = accepted.remoteAddress ?? '';
    if (onAllGone !== undefined) return void accepted.destroy();
    if (!shared.enter()) {
      accepted.destroy();
      shared.counters.refused.too_many_connections = (shared.counters.refused.too_many_connections ?? 0) + 1;
      return refusals.accepted(new Breach('too_many_connections', `${limits.connections}`), port, address);
    }
    const link = makeLink(
      () => book.add(undefined, port),
      (peer, breach) => {
        shared.leave();
        if (peer !== undefined) book.forget(peer);
        if (breach !== undefined) refusals.accepted(breach, port, address);
      },
    );
    link.start(adopt(accepted, link.sink));
    link.open();
  }
  return {
    dial,
    hangUp(place, lingerMs) {
      for (const peer of dialledTo(formatPlace(place))) {
        book.leave(peer);
        if (book.all.has(peer)) setTimeout(book.cut, lingerMs, peer).unref();
      }
    },
    accept,
    pause() {
      isPaused = true;
      for (const link of links) link.pause();
    },
    resume() {
      isPaused = false;
      for (const link of links) link.resume();
    },
    async drained() {
      const waiting = [...book.all].filter(({ link, output }) => link !== undefined && !output.isIdle);
      await Promise.all(waiting.map(({ output }) => output.drained()));
    },
    async close(lingerMs) {
      const gone = new Promise<void>((done) => {
        onAllGone = done;
      });
      const known = new Set([...book.all].flatMap(({ link, dialler }) => [link, dialler?.link]));
      for (const link of links) if (!known.has(link)) link.end();
      for (const peer of book.all) book.leave(peer);
      const timer = setTimeout(() => {
        for (const peer of book.all) book.cut(peer);
      }, lingerMs);
      if (lingerMs === 0) for (const peer of book.all) book.cut(peer);
      settle();
      await gone;
      clearTimeout(timer);
    },
  };
}
