import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Metric, WatchServer } from './index.ts';
import { createProcessMetrics, startWatchServer } from './index.ts';

const servers: WatchServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(reasons: string[] = [], metrics: Metric[] = []): Promise<WatchServer> {
  const server = await startWatchServer({ address: '127.0.0.1:0', whyNotReady: () => reasons, metrics: () => metrics });
  servers.push(server);
  return server;
}

/** Status and text. */
async function get({ url }: WatchServer, path: string, method = 'GET'): Promise<string> {
  const response = await fetch(`${url}${path}`, { method });
  return `${response.status} ${await response.text()}`;
}

test('alive, and ready when there is no reason not to be', async () => {
  const reasons = ['NATS: nobody listens there', 'MongoDB: no answer'];
  const server = await serve(reasons);
  expect(await get(server, '/livez')).toBe('200 alive\n');
  expect(await get(server, '/readyz')).toBe('503 not ready\nNATS: nobody listens there\nMongoDB: no answer\n');
  reasons.length = 0;
  expect(await get(server, '/readyz?verbose')).toBe('200 ready\n');
  expect(await get(server, '/readyz', 'HEAD')).toBe('200 ');
});

test('other paths and methods', async () => {
  const server = await serve();
  expect(await get(server, '/')).toMatch(/^404 .*\/metrics/);
  expect(await get(server, '/livez', 'POST')).toMatch(/^405 /);
});

test('metrics', async () => {
  const server = await serve(
    [],
    [
      { name: 'muster_tasks', help: 'Tasks.\n', type: 'gauge', value: [{ labels: { state: 'wait"ing\\' }, value: 2 }] },
      { name: 'muster_lost_total', help: 'Lost.', type: 'counter', value: 0 },
      { name: 'muster_nothing', help: 'None.', type: 'gauge', value: [] },
    ],
  );
  expect(await get(server, '/metrics')).toBe(
    '200 # HELP muster_tasks Tasks.\\n\n# TYPE muster_tasks gauge\nmuster_tasks{state="wait\\"ing\\\\"} 2\n' +
      '# HELP muster_lost_total Lost.\n# TYPE muster_lost_total counter\nmuster_lost_total 0\n',
  );
});

test('figures of the process', () => {
  const figures = createProcessMetrics();
  const read = Object.fromEntries(figures.read().map(({ name, value }) => [name, value as number]));
  figures.close();
  expect(read.process_resident_memory_bytes).toBeGreaterThan(1e7);
  expect(read.process_cpu_seconds_total).toBeGreaterThan(0);
  expect(read.nodejs_eventloop_lag_seconds).toBeGreaterThanOrEqual(0);
  expect(Math.abs(read.process_start_time_seconds! - Date.now() / 1000)).toBeLessThan(3600);
});

test('garbage, half requests and floods of headers end their connection, and nothing else', async () => {
  const server = await serve();
  const port = Number(new URL(server.url).port);
  const send = (text: string): Promise<string> =>
    new Promise((done) => {
      let heard = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      socket.setEncoding('utf8').on('data', (more) => {
        heard += more;
      });
      socket.on('error', () => {}).on('close', () => done(heard));
    });
  expect(await send('\x00\x01 nothing\r\n\r\n')).toContain('400');
  expect(await send(`GET /livez HTTP/1.1\r\nx: ${'y'.repeat(9000)}\r\n\r\n`)).toContain('431');
  expect(await get(server, '/livez')).toBe('200 alive\n');
});

test.each(['8080', 'a:b', '127.0.0.1:70000', 'http://x:1', ''])('%j is no address', async (address) => {
  const options = { address, whyNotReady: () => [], metrics: () => [] };
  await expect(startWatchServer(options)).rejects.toMatchObject({ code: 'bad_option' });
});

test('a port that is taken, an address that is not ours', async () => {
  const { url } = await serve();
  const start = (address: string) => startWatchServer({ address, whyNotReady: () => [], metrics: () => [] });
  await expect(start(url.slice('http://'.length))).rejects.toMatchObject({ code: 'port_in_use' });
  await expect(start('192.0.2.1:0')).rejects.toMatchObject({ code: 'bad_option' });
});
