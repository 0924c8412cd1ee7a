// What lies between the sockets of the memory transport: bound endpoints, connections, and messages on their way.
import type { Frames, PeerId } from '@muster/protocol';
import type { Endpoint } from '../endpoint.ts';
import type { Fifo } from '../fifo.ts';
import { createFifo } from '../fifo.ts';
import type { SocketOptions } from '../port.ts';
import { largestBatch } from '../port.ts';
import { createBindings } from './bindings.ts';
import { fitsTogether, withinLimit } from './rules.ts';

/**
 * Runs a step later, never at once. Steps of one connection wait for each other, so their order does not matter.
 * `dialler`: the socket that connects, where the step is one of a connection.
 */
export type Schedule = (step: () => void, dialler?: SocketOptions) => void;

/** What the network sees of a socket. */
export interface Party {
  readonly options: SocketOptions;
  /** A connection was made, or made again. */
  met(pipe: Pipe): void;
  /** It was lost; an accepted one for good, one's own until it is made again. */
  lost(pipe: Pipe): void;
  take(pipe: Pipe, batch: readonly Frames[]): void;
  /** Something of the outbox was delivered. */
  delivered(): void;
  /** Somebody was kept out whose kind or security does not fit. */
  refused(port: number): void;
}

/** A socket's end of a connection. The end of the one who connected outlives the loss of its peer, as in ZeroMQ. */
export interface Pipe {
  readonly owner: Party;
  /** Where it connects to; undefined at the end of the one who is bound. */
  readonly target: Endpoint | undefined;
  readonly outbox: Fifo;
  /** The peer's name, given when they first met. */
  peer: PeerId | undefined;
  other: Pipe | undefined;
  /** A delivery is scheduled. */
  busy: boolean;
}

export interface Network {
  readonly schedule: Schedule;
  /** Gives the endpoint with its port. Throws MusterError `port_in_use` or `bad_option`. */
  bind(party: Party, endpoint: Endpoint): Endpoint;
  unbind(party: Party): void;
  /** Connects as soon as somebody is there, and again when it was lost. */
  dial(owner: Party, target: Endpoint): Pipe;
  /** Ends a connection for good. */
  hangUp(pipe: Pipe): void;
  send(pipe: Pipe, frames: Frames): void;
  /** What is in the outbox can still be delivered. */
  canDeliver(pipe: Pipe): boolean;
  /** Breaks connections by their diallers, as a failing network does; see MemoryTransport. */
  breakLinks(isOf: (dialler: SocketOptions) => boolean, lose: (waiting: number) => number): void;
}

export function createNetwork(schedule: Schedule): Network {
  const bindings = createBindings<Party>();
  const dialling = new Set<Pipe>();
  /** The diallers' ends of connections that stand. */
  const standing = new Set<Pipe>();
  const newPeerId = createNamer();

  const nameOf = (party: Party): PeerId => party.options.identity ?? newPeerId();
  const fits = (pipe: Pipe, party: Party | undefined): boolean =>
    party !== undefined && fitsTogether(pipe.owner.options, party.options);
  function meet(pipe: Pipe): void {
    const party = dialling.has(pipe) ? bindings.find(pipe.target!) : undefined;
    if (party === undefined) return;
    if (!fits(pipe, party)) return party.refused(pipe.target?.port ?? 0);
    dialling.delete(pipe);
    standing.add(pipe);
    const accepted = createPipe(party);
    [accepted.other, pipe.other] = [pipe, accepted];
    accepted.peer = nameOf(pipe.owner);
    pipe.peer ??= nameOf(party);
    party.met(accepted);
    pipe.owner.met(pipe);
    wake(pipe);
  }
  function tryLater(pipe: Pipe): void {
    dialling.add(pipe);
    schedule(() => meet(pipe), pipe.owner.options);
  }
  function cut(pipe: Pipe): void {
    const other = pipe.other;
    if (other === undefined) return;
    pipe.other = other.other = undefined;
    standing.delete(pipe.target === undefined ? other : pipe);
    other.owner.lost(other);
    pipe.owner.lost(pipe);
  }
  function wake(pipe: Pipe): void {
    if (pipe.busy || pipe.other === undefined || pipe.outbox.messages === 0) return;
    pipe.busy = true;
    schedule(() => deliver(pipe), (pipe.target === undefined ? pipe.other : pipe).owner.options);
  }
  function deliver(pipe: Pipe): void {
    pipe.busy = false;
    const { other, outbox } = pipe;
    if (other === undefined) return;
    const { batch, refused } = takeBatch(outbox, other.owner.options.maxFrameBytes);
    if (batch.length > 0) other.owner.take(other, batch);
    if (refused) {
      cut(pipe);
      // One who connected comes back after it was refused, and not after it has refused.
      if (pipe.target !== undefined) tryLater(pipe);
    }
    pipe.owner.delivered();
    wake(pipe);
  }
  function hangUp(pipe: Pipe): void {
    dialling.delete(pipe);
    const other = pipe.other;
    cut(pipe);
    if (other?.target !== undefined) tryLater(other);
  }
  return {
    schedule,
    bind(party, endpoint) {
      const bound = bindings.add(party, endpoint);
      for (const pipe of dialling) tryLater(pipe);
      return bound;
    },
    unbind: bindings.remove,
    dial(owner, target) {
      const pipe = createPipe(owner, target);
      tryLater(pipe);
      return pipe;
    },
    hangUp,
    send(pipe, frames) {
      pipe.outbox.push(frames);
      wake(pipe);
    },
    breakLinks(isOf, lose) {
      for (const pipe of [...standing]) {
        if (!isOf(pipe.owner.options)) continue;
        for (let left = lose(pipe.outbox.messages); left > 0; left--) pipe.outbox.shift();
        cut(pipe);
        tryLater(pipe);
      }
    },
    canDeliver: (pipe) => pipe.other !== undefined || (dialling.has(pipe) && fits(pipe, bindings.find(pipe.target!))),
  };
}

const createPipe = (owner: Party, target?: Endpoint): Pipe => ({
  owner,
  target,
  outbox: createFifo(),
  peer: undefined,
  other: undefined,
  busy: false,
});

/** Names as a ROUTER makes them up: 5 bytes, the first 0. */
function createNamer(): () => PeerId {
  let made = 0;
  return () => {
    made++;
    return String.fromCharCode(0, made >>> 24, (made >>> 16) & 255, (made >>> 8) & 255, made & 255);
  };
}

/** The next messages of an outbox, up to one with a frame above the limit, which is dropped. */
function takeBatch(outbox: Fifo, maxFrameBytes: number | undefined): { batch: Frames[]; refused: boolean } {
  const batch: Frames[] = [];
  while (batch.length < largestBatch) {
    const frames = outbox.shift();
    if (frames === undefined) break;
    if (!withinLimit(frames, maxFrameBytes)) return { batch, refused: true };
    batch.push(frames);
  }
  return { batch, refused: false };
}
