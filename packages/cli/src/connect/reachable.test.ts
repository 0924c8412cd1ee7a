import { createServer, type Server, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { hostOf, isReachable } from './reachable.ts';

async function serve(greet: (socket: Socket) => void): Promise<{ port: number } & Disposable> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as { port: number }).port, [Symbol.dispose]: end };
}

test.each<[string, (socket: Socket) => void, boolean]>([
  ['a controller greets', (socket) => socket.write(Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f])), true],
  ['another program greets', (socket) => socket.write('HTTP/1.1 400\r\n'), false],
  ['somebody takes the connection and is silent', () => {}, false],
  ['somebody hangs up', (socket) => socket.end(), false],
])('%s', async (_name, greet, expected) => {
  using server = await serve(greet);
  expect(await isReachable('127.0.0.1', server.port, 300)).toBe(expected);
});

test('nobody is there', async () => {
  const { port, [Symbol.dispose]: end } = await serve(() => {});
  end();
  expect(await isReachable('127.0.0.1', port, 300)).toBe(false);
  expect(await isReachable('no such host', 1, 300)).toBe(false);
});

test.each([
  ['tcp://10.0.0.1', '10.0.0.1'],
  ['tcp://[2001:db8::1]', '2001:db8::1'],
  ['tcp://muster.lab.svc', 'muster.lab.svc'],
])('%s', (address, host) => expect(hostOf(address)).toBe(host));
