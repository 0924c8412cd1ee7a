// One socket of the port over ZMTP.

import { identityBytes } from '../endpoint.ts';
import type { Socket, SocketKind, SocketOptions } from '../port.ts';
import type { SendQueue } from '../send-queue.ts';
import { createSendQueue } from '../send-queue.ts';
import { countRefusal } from './counters.ts';
import { bindingPlace, connectionPlace } from './endpoints.ts';
import { createInbox } from './inbox.ts';
import type { Listener } from './listener.ts';
import { listen } from './listener.ts';
import { createPeers } from './peers.ts';
import { createRefusals } from './refusals.ts';
import { createDealer } from './roles/dealer.ts';
import { createPub } from './roles/pub.ts';
import type { Role, RoleOptions } from './roles/role.ts';
import { createRouter } from './roles/router.ts';
import { createSub } from './roles/sub.ts';
import type { Shared } from './shared.ts';

const defaultLingerMs = 500;

const roles: Readonly<Record<SocketKind, (options: RoleOptions, waiting: SendQueue) => Role>> = {
  router: createRouter,
  dealer: createDealer,
  pub: createPub,
  sub: createSub,
};

/** Throws MusterError `bad_option`. */
export function openZmtpSocket(options: SocketOptions, shared: Shared, onGone: (socket: Socket) => void): Socket {
  const { kind, identity = '', lingerMs = defaultLingerMs, sendsAtOnce = false } = options;
  if (options.identity !== undefined) identityBytes(options.identity);
  const limits = { ...shared.limits, frameBytes: options.maxFrameBytes ?? shared.limits.frameBytes };
  const onError = (error: unknown): void =>
    shared.onError(error instanceof Error ? error : new Error(String(error)), kind);
  const refusals = createRefusals(onError);
  const waiting = createSendQueue();
  const inbox = createInbox({
    mostBytes: limits.inboxBytes,
    onError,
    onFull: () => peers.pause(),
    onEmpty: () => peers.resume(),
  });
  const role = roles[kind](
    {
      inbox,
      limits,
      tellsConnections: options.tellsConnections ?? false,
      complain({ endpoint, port, link }, breach) {
        countRefusal(shared.counters, breach.code);
        if (endpoint === undefined) refusals.accepted(breach, port, link?.address ?? '');
        else refusals.dialled(breach, endpoint);
      },
    },
    waiting,
  );
  const peers = createPeers({ kind, identity, limits, sendsAtOnce, shared, role, inbox, refusals });
  const listeners = new Set<Listener>();
  let closed: Promise<void> | undefined;

  async function bind(endpoint: string): Promise<string> {
    if (closed !== undefined) throw new Error('The socket is closed.');
    let port = 0;
    const listener = await listen(bindingPlace(endpoint), (accepted) => peers.accept(accepted, port), onError);
    port = listener.port;
    listeners.add(listener);
    if (closed !== undefined) await listener.close();
    return listener.endpoint;
  }
  async function close(): Promise<void> {
    inbox.close();
    waiting.clear();
    const free = [...listeners].map((listener) => listener.close());
    await peers.close(lingerMs);
    await Promise.all(free);
    refusals.stop();
    onGone(socket);
  }
  const socket: Socket = {
    kind,
    bind,
    connect(endpoint) {
      const place = connectionPlace(endpoint);
      if (closed === undefined) peers.dial(place);
    },
    disconnect(endpoint) {
      if (closed === undefined) peers.hangUp(connectionPlace(endpoint), lingerMs);
    },
    send(peer, frames) {
      if (kind === 'sub') throw new Error('A SUB socket sends nothing.');
      if (closed === undefined && frames.length > 0) role.send(peer, frames);
    },
    onMessages(receive) {
      if (kind === 'pub') throw new Error('A PUB socket receives nothing.');
      inbox.open(receive);
    },
    get queued() {
      return { messages: waiting.messages, bytes: waiting.bytes };
    },
    async drained() {
      await waiting.drained();
      await peers.drained();
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
  return socket;
}
