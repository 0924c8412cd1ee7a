// What a process has around it, and what is gone with it at once when it is killed.
import type { Ports, Random, VirtualTime } from '@muster/machine';
import type { Frames, PeerId } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import type { Socket, Transport } from '@muster/transport';

export interface Mortal<T> {
  readonly value: T;
  die(): void;
}

export function mortalPorts(ports: Ports): Mortal<Ports> {
  const ids = new Set<string>();
  let alive = true;
  const { timers } = ports;
  return {
    value: {
      ...ports,
      timers: {
        set(id, atUs, fire) {
          if (!alive) return;
          ids.add(id);
          timers.set(id, atUs, () => {
            ids.delete(id);
            fire();
          });
        },
        clear(id) {
          ids.delete(id);
          timers.clear(id);
        },
        get size() {
          return timers.size;
        },
      },
    },
    die() {
      alive = false;
      for (const id of ids) timers.clear(id);
    },
  };
}

/** How long a message stays in the process before the network has it. */
const bufferedUs = 50;

/** Of what was sent last, some is lost with the process. */
export function mortalTransport(transport: Transport, time: VirtualTime, random: Random): Mortal<Transport> {
  const sockets: { readonly socket: Socket; readonly buffer: (readonly [PeerId, Frames])[] }[] = [];
  let alive = true;
  function open(options: Parameters<Transport['open']>[0]): Socket {
    const socket = transport.open(options);
    const buffer: (readonly [PeerId, Frames])[] = [];
    sockets.push({ socket, buffer });
    const sendNext = (): void => {
      const next = buffer.shift();
      if (next !== undefined) socket.send(...next);
    };
    const flush = (): void => {
      while (buffer.length > 0) sendNext();
    };
    return {
      ...socket,
      kind: socket.kind,
      get queued() {
        return socket.queued;
      },
      send(peer, frames) {
        if (!alive) return;
        buffer.push([peer, frames]);
        time.at(time.nowUs + bufferedUs, sendNext);
      },
      bind: (endpoint) => (alive ? socket.bind(endpoint) : new Promise(() => {})),
      close() {
        flush();
        return socket.close();
      },
    };
  }
  return {
    value: { ...transport, open },
    die() {
      alive = false;
      for (const { socket, buffer } of sockets) {
        for (const [peer, frames] of buffer.splice(0).slice(0, Math.floor(random() * 5))) socket.send(peer, frames);
        void socket.close();
      }
    },
  };
}

/** What was written before is written. */
export function mortalStore(store: TaskStore): Mortal<TaskStore> {
  let alive = true;
  const never = new Promise<never>(() => {});
  const guard =
    <A extends unknown[], R>(act: (...args: A) => R): ((...args: A) => R | Promise<never>) =>
    (...args) =>
      alive ? act(...args) : never;
  const { engines } = store;
  return {
    value: {
      name: store.name,
      put: guard(store.put),
      find: guard(store.find),
      query: guard(store.query),
      history: guard(store.history),
      remove: guard(store.remove),
      removeWhere: guard(store.removeWhere),
      expire: guard(store.expire),
      settled: guard(store.settled),
      engines: { load: guard(engines.load), put: guard(engines.put), remove: guard(engines.remove) },
      close() {},
    },
    die() {
      alive = false;
    },
  };
}
