// What clients wait for goes first: requests and replies are on their way before records are kept of them, and before what engines
// publish is passed on.
import type { Bus, Fact } from '@muster/bus';
import type { Frames } from '@muster/protocol';
import type { BoundSockets, Socket } from '@muster/transport';

/** Calls back when what was sent up to now has been handed to the network. */
export type AfterSends = (run: () => void) => void;

interface Gathering<T> {
  add(item: T): void;
  /** Handles what waits now. */
  end(): void;
}

/** Handles items in their order, when it is their time. */
function gather<T>(afterSends: AfterSends, handle: (item: T) => void): Gathering<T> {
  let waiting: T[] = [];
  function end(): void {
    const items = waiting;
    waiting = [];
    for (let i = 0; i < items.length; i++) handle(items[i]!);
  }
  return {
    add(item) {
      if (waiting.push(item) === 1) afterSends(end);
    },
    end,
  };
}

/**
 * A bus on which the facts of one service are published in their order, and not before the messages that the service has sent
 * are on their way: what the hub makes of its copies is not what clients wait for.
 */
export function publishAfterSends(bus: Bus, afterSends: AfterSends): Bus {
  const facts = gather<Fact>(afterSends, bus.publish);
  return {
    publish: facts.add,
    subscribe: bus.subscribe,
    ask: bus.ask,
    serve: bus.serve,
    async close() {
      facts.end();
      await bus.close();
    },
  };
}

/** Sockets of which that of clients' iopub sends behind the others: it has two messages of three, and clients wait for none. */
export const iopubAfterSends = (sockets: BoundSockets, afterSends: AfterSends): BoundSockets => ({
  async open(options) {
    const socket = await sockets.open(options);
    return options.channel === 'iopub' && options.side === 'client' ? sendAfterSends(socket, afterSends) : socket;
  },
});

function sendAfterSends(socket: Socket, afterSends: AfterSends): Socket {
  const messages = gather<Frames>(afterSends, (frames) => socket.send('', frames));
  return {
    ...socket,
    send: (_peer, frames) => messages.add(frames),
    get queued() {
      return socket.queued;
    },
    async drained() {
      messages.end();
      await socket.drained();
    },
    async close() {
      messages.end();
      await socket.close();
    },
  };
}
