// The one HTTP server: is the program alive, is it ready, what are its figures.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MusterError } from '@muster/protocol';
import type { Metric } from './metrics.ts';
import { metricsContentType, renderMetrics } from './metrics.ts';

export interface WatchServerOptions {
  /** `HOST:PORT`, `[::1]:PORT`, or `:PORT` for all addresses of the machine; port 0 takes a free one. */
  readonly address: string;
  /** Why the program is not ready, one line each; empty when it is. */
  readonly whyNotReady: () => readonly string[];
  readonly metrics: () => readonly Metric[];
}

export interface WatchServer {
  /** Where it listens: `http://HOST:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Connections at once; those who watch need a few. */
const mostConnections = 100;
const patienceMs = 5000;

/**
 * Serves `/livez` (200 as long as it can answer), `/readyz` (200, or 503 with the reasons) and `/metrics`. Rejects with
 * MusterError `port_in_use` or `bad_option`.
 */
export async function startWatchServer(options: WatchServerOptions): Promise<WatchServer> {
  const { host, port } = parseAddress(options.address);
  // Loaded when it is used, and not by import, which would load all that HTTP clients need as well: 11 MB.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer(
    { requestTimeout: patienceMs, headersTimeout: patienceMs, maxHeaderSize: 8192 },
    (request, response) => answer(options, request, response),
  );
  server.keepAliveTimeout = patienceMs;
  server.maxConnections = mostConnections;
  await listen(server, host, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host === undefined ? '0.0.0.0' : host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function answer(
  { whyNotReady, metrics }: WatchServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const say = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  // What comes in a body is not read: the connection ends with the answer.
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('connection', 'close');
    response.setHeader('allow', 'GET, HEAD');
    return say(405, 'Only GET and HEAD.\n');
  }
  const path = request.url?.split('?', 1)[0];
  if (path === '/livez') return say(200, 'alive\n');
  if (path === '/metrics') return say(200, renderMetrics(metrics()), metricsContentType);
  if (path !== '/readyz') return say(404, 'There are /livez, /readyz and /metrics.\n');
  const reasons = whyNotReady();
  return reasons.length === 0
    ? say(200, 'ready\n')
    : say(503, `not ready\n${reasons.map((why) => `${why}\n`).join('')}`);
}

function parseAddress(address: string): { readonly host: string | undefined; readonly port: number } {
  const match = /^(?:\[([\da-fA-F:.%\w]+)\]|([^\s:[\]/]*)):(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new MusterError(
      'bad_option',
      `--http: '${address}' is no address.`,
      'Give HOST:PORT, such as 127.0.0.1:8080.',
    );
  const host = match[1] ?? match[2];
  return { host: host === '' || host === '*' ? undefined : host, port };
}

async function listen(server: Server, host: string | undefined, port: number): Promise<void> {
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${host ?? '*'}:${port}`;
      if (error.code === 'EADDRINUSE') failed(new MusterError('port_in_use', `--http: ${where} is taken.`));
      else failed(new MusterError('bad_option', `--http: nothing can listen on ${where}: ${error.message}.`));
    });
    server.listen({ port, ...(host !== undefined && { host }) }, done);
  });
  // An accept that fails is no end of the program.
  server.removeAllListeners('error').on('error', () => {});
}
