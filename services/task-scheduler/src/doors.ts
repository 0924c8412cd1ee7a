// The two sockets of the task channel. A process that takes over from another one opens them when it is ready to read: until
// then, what peers send waits with the peers, where nothing is lost by the end of this process.
import type { Frames, PeerId } from '@muster/protocol';
import type { BoundSockets, Received, Socket } from '@muster/transport';

/** What leaves before it is open is dropped, as a ROUTER drops what is for peers that it does not know. */
export interface Door {
  send(peer: PeerId, frames: Frames): void;
  onMessages(receive: (batch: readonly Received[]) => void): void;
}

export interface Doors {
  readonly clients: Door;
  readonly engines: Door;
  /** Both, or none. Rejects with MusterError `port_in_use`. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** `tellsConnections`: also tells of clients that connect; see SocketOptions. */
export function createDoors(sockets: BoundSockets, tellsConnections: boolean): Doors {
  let clients: Socket | undefined;
  let engines: Socket | undefined;
  let opening: Promise<void> | undefined;
  let closed = false;

  async function closeAll(): Promise<void> {
    const open = [clients, engines];
    clients = engines = undefined;
    await Promise.all(open.map((socket) => socket?.close()));
  }
  async function openAll(): Promise<void> {
    const task = { kind: 'router', channel: 'task' } as const;
    try {
      clients = await sockets.open({ ...task, side: 'client', identity: 'task_in', tellsConnections });
      if (!closed) engines = await sockets.open({ ...task, side: 'engine', identity: 'task_out' });
    } catch (error) {
      await closeAll();
      throw error;
    }
  }
  return {
    clients: {
      send: (peer, frames) => clients?.send(peer, frames),
      onMessages: (receive) => clients?.onMessages(receive),
    },
    engines: {
      send: (peer, frames) => engines?.send(peer, frames),
      onMessages: (receive) => engines?.onMessages(receive),
    },
    open() {
      opening = openAll();
      return opening;
    },
    async close() {
      closed = true;
      await opening?.catch(() => {});
      await closeAll();
    },
  };
}
