// Listens at one endpoint.

import { lstat, unlink } from 'node:fs/promises';
import type { AddressInfo, Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Place } from './endpoints.ts';
import { addressOf, bindError, formatPlace } from './endpoints.ts';

export interface Listener {
  readonly endpoint: string;
  /** 0 for a path. */
  readonly port: number;
  /** Resolves when the endpoint is free again. */
  close(): Promise<void>;
}

const backlog = 4096;

/**
 * `onAccept` gets sockets that are paused. Rejects with MusterError `port_in_use` or `bad_option`. A path where a dead
 * process was bound is taken over.
 */
export async function listen(
  place: Place,
  onAccept: (socket: Socket) => void,
  onError: (error: Error) => void,
): Promise<Listener> {
  const server = createServer({ pauseOnConnect: true, noDelay: true }, onAccept);
  const options =
    'path' in place ? { path: place.path } : { host: addressOf(place), port: place.port, exclusive: true };
  try {
    await begin(server, options).catch(async (error: NodeJS.ErrnoException) => {
      if (!('path' in place) || error.code !== 'EADDRINUSE' || !(await isDead(place.path))) throw error;
      await unlink(place.path);
      await begin(server, options);
    });
  } catch (error) {
    throw bindError(error, place);
  }
  server.on('error', onError);
  const bound = server.address() as AddressInfo | string | null;
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    endpoint: 'path' in place ? formatPlace(place) : formatPlace({ host: boundHost(place.host), port }),
    port,
    close: () => new Promise((done) => server.close(() => done())),
  };
}

const boundHost = (host: string): string => (host === '*' ? '0.0.0.0' : host);

const begin = (server: Server, options: object): Promise<void> =>
  new Promise((done, fail) => {
    server.once('error', fail);
    server.listen({ ...options, backlog }, () => {
      server.off('error', fail);
      done();
    });
  });

/** A socket that nobody listens at: its process was killed. */
async function isDead(path: string): Promise<boolean> {
  if (!(await lstat(path)).isSocket()) return false;
  return new Promise((answer) => {
    const probe = connect({ path });
    probe.once('connect', () => {
      probe.destroy();
      answer(false);
    });
    probe.once('error', () => answer(true));
  });
}
