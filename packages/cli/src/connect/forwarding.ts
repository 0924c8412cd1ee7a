// Ports on the loopback that lead to the services in the cluster. Every connection looks for the pod that serves its port
// now: when a pod is replaced, its connections break, and peers that come back get to the next pod.
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface PodPorts {
  /** The pod that serves a port and is ready; undefined when there is none. */
  find(port: number): Promise<string | undefined>;
  /** A connection to a port of a pod. */
  open(pod: string, port: number): Promise<Duplex>;
}

export interface ForwardingEvents {
  /** A connection to this port of the cluster could not be made. */
  onFault(port: number, error: Error): void;
}

export interface Forwarding extends AsyncDisposable {
  /** Port on the loopback for a port of the cluster. */
  portOf(port: number): number;
}

const host = '127.0.0.1';
/** Clients open some seven connections each. */
const maxConnections = 1000;
/** A peer that is turned away tries again at once: not more often than this. */
const refusalMs = 300;

/** Listens for all ports, or rejects and listens for none. */
export async function startForwarding(
  ports: readonly number[],
  pods: PodPorts,
  events: ForwardingEvents,
): Promise<Forwarding> {
  const servers = new Map<number, Server>();
  const sockets = new Set<Socket>();
  async function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await Promise.all([...servers.values()].map((server) => new Promise((done) => server.close(done))));
  }
  const accept = (port: number) => (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    void lead(socket, port, pods, events);
  };
  try {
    for (const port of new Set(ports)) {
      const server = createServer({ noDelay: true, pauseOnConnect: true }, accept(port));
      server.maxConnections = maxConnections;
      servers.set(port, server);
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(0, host, resolve);
      });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    portOf: (port) => (servers.get(port)!.address() as { port: number }).port,
    [Symbol.asyncDispose]: stop,
  };
}

async function lead(socket: Socket, port: number, pods: PodPorts, events: ForwardingEvents): Promise<void> {
  try {
    const pod = await pods.find(port);
    if (pod === undefined) throw new Error(`no pod serves port ${port} now`);
    join(socket, await pods.open(pod, port));
  } catch (error) {
    if (!socket.destroyed) events.onFault(port, error as Error);
    setTimeout(() => socket.destroy(), refusalMs).unref();
  }
}

/** What comes on one side leaves on the other, as fast as it is taken there; the end of one is the end of both. */
function join(near: Socket, far: Duplex): void {
  const end = (): void => {
    near.destroy();
    far.destroy();
  };
  for (const side of [near, far]) side.on('close', end).on('error', end);
  if (near.destroyed || far.destroyed) return end();
  near.pipe(far);
  far.pipe(near);
  near.resume();
}
