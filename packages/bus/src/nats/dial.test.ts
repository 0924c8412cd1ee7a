// Servers that are none. No nats-server is needed.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { openBus } from '../testing/buses.ts';
import { dial } from './dial.ts';

async function listenWith(onConnection: (socket: Socket) => void) {
  const open = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.resume();
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Connections that are open now. */
    open,
    get accepted() {
      return accepted;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const never = new AbortController().signal;

test('a server that says nothing is given up, and nothing of the attempt is left', async () => {
  await using server = await listenWith(() => {});
  const attempt = dial({ servers: server.address, reconnect: false, timeout: 50 }, never);
  await expect(attempt).rejects.toThrow();
  expect(server.accepted).toBe(1);
  await until(() => server.open.size === 0, { what: 'the connection is gone' });
});

test('an attempt can be given up at any moment', async () => {
  await using server = await listenWith(() => {});
  const stop = new AbortController();
  const attempt = dial({ servers: server.address, reconnect: false }, stop.signal);
  await until(() => server.accepted === 1, { what: 'the connection is made' });
  stop.abort(new Error('given up'));
  await expect(attempt).rejects.toThrow('given up');
  await until(() => server.open.size === 0, { what: 'the connection is gone' });
  await expect(dial({ servers: server.address }, stop.signal)).rejects.toThrow('given up');
});

test.each([
  ['closes at once', (socket: Socket) => void socket.end()],
  ['speaks another protocol', (socket: Socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['sends garbage as its greeting', (socket: Socket) => void socket.write('INFO {"max_payload":\r\n')],
  ['greets and goes', (socket: Socket) => void socket.end('INFO {"version":"2.9.0","max_payload":100}\r\n')],
])('a server that %s is waited for, and can be left', async (_, behave) => {
  await using server = await listenWith(behave);
  const bus = openBus(server.address);
  await bus.says('bus: waiting for NATS');
  await until(() => server.accepted > 1, { what: 'another attempt' });
  await bus.close();
  await expect(bus.ready).rejects.toMatchObject({ code: 'bus_closed' });
  await until(() => server.open.size === 0, { what: 'all connections are gone' });
});

test('names that do not exist are waited for', async () => {
  await using bus = openBus('nats.invalid:4222');
  await bus.says('bus: waiting for NATS');
});
