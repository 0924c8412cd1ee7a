// One socket of the memory transport: who gets what is sent, and who hears what comes in, as in libzmq.
import type { Frames, PeerId } from '@muster/protocol';
import { checkCurve } from '../curve-keys.ts';
import { formatEndpoint, identityBytes, parseBinding, parseConnection } from '../endpoint.ts';
import { keptOut } from '../kept-out.ts';
import type { OnTransportError, Socket, SocketOptions } from '../port.ts';
import type { SendQueue } from '../send-queue.ts';
import { createSendQueue } from '../send-queue.ts';
import type { Inlet } from './inlet.ts';
import { createInlet } from './inlet.ts';
import type { Network, Party, Pipe } from './network.ts';

export interface MemorySocketOptions extends SocketOptions {
  readonly network: Network;
  readonly onError: OnTransportError;
  readonly onClosed: (socket: Socket) => void;
}

/** Throws MusterError `bad_option`. */
export function openMemorySocket(options: MemorySocketOptions): Socket {
  const { kind, network } = options;
  if (options.identity !== undefined) identityBytes(options.identity);
  if (options.curve !== undefined) checkCurve(options.curve);
  const inlet = createInlet(network.schedule, (error) => options.onError(error, kind));
  const waiting = createSendQueue();
  const pipes = createPipes(options, inlet, waiting, () => settle());
  let closed: Promise<void> | undefined;
  let finish: (() => void) | undefined;

  /** A closing socket is done when nothing that it sent can be delivered any more. */
  function settle(): void {
    if (finish === undefined || pipes.delivering()) return;
    const done = finish;
    finish = undefined;
    pipes.end();
    options.onClosed(socket);
    done();
  }
  const socket: Socket = {
    kind,
    async bind(endpoint) {
      if (closed !== undefined) throw new Error('The socket is closed.');
      return formatEndpoint(network.bind(pipes.party, parseBinding(endpoint)));
    },
    connect(endpoint) {
      if (closed === undefined) pipes.connect(endpoint);
    },
    disconnect(endpoint) {
      if (closed === undefined) pipes.disconnect(endpoint);
    },
    send(peer, frames) {
      if (kind === 'sub') throw new Error('A SUB socket sends nothing.');
      if (closed === undefined && frames.length > 0) pipes.send(peer, frames);
    },
    onMessages(receive) {
      if (kind === 'pub') throw new Error('A PUB socket receives nothing.');
      inlet.open(receive);
    },
    get queued() {
      return { messages: waiting.messages, bytes: waiting.bytes };
    },
    drained: waiting.drained,
    close() {
      closed ??= new Promise((done) => {
        finish = done;
        inlet.close();
        waiting.clear();
        network.unbind(pipes.party);
        network.schedule(settle);
      });
      return closed;
    },
  };
  return socket;
}

interface Pipes {
  readonly party: Party;
  connect(endpoint: string): void;
  disconnect(endpoint: string): void;
  send(peer: PeerId, frames: Frames): void;
  /** Something sent is still on its way. */
  delivering(): boolean;
  end(): void;
}

function createPipes(options: MemorySocketOptions, inlet: Inlet, waiting: SendQueue, settle: () => void): Pipes {
  const { kind, network } = options;
  const pipes = new Set<Pipe>();
  /** A ROUTER's peers by name. The first of a name keeps it while it is there. */
  const known = new Map<PeerId, Pipe>();
  let turns: readonly Pipe[] = [];

  const toOneInTurn = (frames: Frames): boolean => {
    if (pipes.size === 0) return false;
    if (turns.length === 0) turns = [...pipes];
    const [pipe, ...others] = turns;
    turns = others;
    network.send(pipe!, frames);
    return true;
  };
  function forget(pipe: Pipe): void {
    pipes.delete(pipe);
    turns = turns.filter((one) => one !== pipe);
    if (known.get(pipe.peer ?? '') === pipe) known.delete(pipe.peer ?? '');
  }
  const party: Party = {
    options,
    met(pipe) {
      pipes.add(pipe);
      if (kind === 'router' && !known.has(pipe.peer!)) known.set(pipe.peer!, pipe);
      if (options.tellsConnections && known.get(pipe.peer!) === pipe)
        inlet.take([{ peer: pipe.peer!, frames: [new Uint8Array(0)] }]);
      if (kind === 'dealer') waiting.flush(toOneInTurn);
    },
    lost(pipe) {
      if (pipe.target === undefined) forget(pipe);
      settle();
    },
    take(pipe, batch) {
      if (kind === 'router' && known.get(pipe.peer!) !== pipe) return;
      const peer = kind === 'router' ? pipe.peer! : '';
      inlet.take(batch.map((frames) => ({ peer, frames })));
    },
    delivered: settle,
    refused: (port) =>
      options.onError(
        keptOut({ why: 'their kind of socket or their CURVE key does not fit', count: 1, port, addresses: [] }),
        kind,
      ),
  };
  return {
    party,
    connect(endpoint) {
      pipes.add(network.dial(party, parseConnection(endpoint)));
      if (kind === 'dealer') waiting.flush(toOneInTurn);
    },
    disconnect(endpoint) {
      const target = formatEndpoint(parseConnection(endpoint));
      for (const pipe of pipes) {
        if (pipe.target === undefined || formatEndpoint(pipe.target) !== target) continue;
        network.hangUp(pipe);
        forget(pipe);
      }
    },
    send(peer, frames) {
      if (kind === 'router') {
        const pipe = known.get(peer);
        if (pipe !== undefined) network.send(pipe, frames);
      } else if (kind === 'pub') {
        for (const pipe of pipes) if (pipe.peer !== undefined) network.send(pipe, frames);
      } else if (waiting.messages > 0 || !toOneInTurn(frames)) waiting.push(frames);
    },
    delivering: () => [...pipes].some((pipe) => pipe.outbox.messages > 0 && network.canDeliver(pipe)),
    end() {
      for (const pipe of pipes) network.hangUp(pipe);
      pipes.clear();
      known.clear();
    },
  };
}
