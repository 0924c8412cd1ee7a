// Listens at the controller's own sockets: what the scheduler hands out and gets back, what clients are told. Can also make the
// services look broken, to show that the checks see it.
import type { Frames, PeerId } from '@muster/protocol';
import { delimiter, equalBytes, Message } from '@muster/protocol';
import type { Socket, Transport } from '@muster/transport';

export interface Watcher {
  /** A message on a socket with an identity, or on a PUB (''). `message` starts behind the delimiter. */
  sent(socket: string, peer: PeerId, message: Message, prefix: Frames): void;
  received(socket: string, peer: PeerId, message: Message): void;
}

/** What leaves a socket instead of a message that was sent: nothing, the same, or something else. */
export type Sabotage = (socket: string, peer: PeerId, frames: Frames) => readonly (readonly [PeerId, Frames])[];

const watched: ReadonlySet<string> = new Set(['task_in', 'task_out', '']);

/** The transport that the controller gets. Receivers get their messages one by one, so that each is seen in its turn. */
export function tapTransport(transport: Transport, watcher: Watcher, sabotage?: Sabotage): Transport {
  return {
    open(options) {
      const socket = transport.open(options);
      const name = options.kind === 'pub' ? '' : options.identity;
      return name === undefined ? socket : tapSocket(socket, name, watcher, sabotage);
    },
    close: () => transport.close(),
  };
}

function tapSocket(socket: Socket, name: string, watcher: Watcher, sabotage: Sabotage | undefined): Socket {
  const isWatched = watched.has(name);
  function send(peer: PeerId, frames: Frames): void {
    const at = isWatched ? frames.findIndex((frame) => equalBytes(frame, delimiter)) : -1;
    if (at >= 0) watcher.sent(name, peer, new Message(frames.slice(at + 1)), frames.slice(0, at));
    socket.send(peer, frames);
  }
  return {
    kind: socket.kind,
    bind: socket.bind,
    connect: socket.connect,
    disconnect: socket.disconnect,
    send(peer, frames) {
      if (sabotage === undefined) send(peer, frames);
      else for (const [to, what] of sabotage(name, peer, frames)) send(to, what);
    },
    onMessages(receive) {
      socket.onMessages((batch) => {
        for (const one of batch) {
          const at = isWatched ? one.frames.findIndex((frame) => equalBytes(frame, delimiter)) : -1;
          if (at >= 0) watcher.received(name, one.peer, new Message(one.frames.slice(at + 1)));
          receive([one]);
        }
      });
    },
    get queued() {
      return socket.queued;
    },
    drained: socket.drained,
    close: socket.close,
  };
}
