import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { type PodPorts, startForwarding } from './forwarding.ts';

/** Pods that are servers on this machine: each says its name, then what it is told. */
async function startPods() {
  const servers = new Map<string, Server>();
  const sockets = new Set<Socket>();
  const start = async (name: string): Promise<void> => {
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      socket.write(`${name}:`);
      socket.pipe(socket);
    });
    servers.set(name, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  };
  const end = (name: string): void => {
    servers.get(name)?.close();
    servers.delete(name);
    for (const socket of sockets) socket.destroy();
  };
  const pods: PodPorts = {
    find: async () => [...servers.keys()][0],
    open: async (pod) => connect((servers.get(pod)!.address() as { port: number }).port, '127.0.0.1'),
  };
  return { start, end, pods, [Symbol.dispose]: () => [...servers.keys()].forEach(end) };
}

/** What comes until there are so many characters. */
async function read(socket: Socket, chars: number): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await until(() => text.length >= chars, { what: () => `${chars} characters come, not '${text.slice(0, 99)}'` });
  return text;
}

const quiet = { onFault: () => {} };

test('each port leads to its pod, in both directions', async () => {
  using cluster = await startPods();
  await cluster.start('hub');
  await using forwarding = await startForwarding([7, 8, 7], cluster.pods, quiet);
  expect(forwarding.portOf(7)).not.toBe(forwarding.portOf(8));
  const socket = connect(forwarding.portOf(7), '127.0.0.1');
  const much = 'x'.repeat(500_000);
  socket.write(much);
  expect(await read(socket, much.length + 4)).toBe(`hub:${much}`);
  socket.destroy();
});

test('when a pod is replaced its connections break, and the next ones lead to its successor', async () => {
  using cluster = await startPods();
  await cluster.start('old');
  const faults: string[] = [];
  const onFault = (port: number, { message }: Error): number => faults.push(`${port} ${message}`);
  await using forwarding = await startForwarding([7], cluster.pods, { onFault });
  const first = connect(forwarding.portOf(7), '127.0.0.1');
  await read(first, 4);
  cluster.end('old');
  await once(first, 'close');
  const between = connect(forwarding.portOf(7), '127.0.0.1');
  await once(between, 'close');
  expect(faults).toEqual(['7 no pod serves port 7 now']);
  await cluster.start('new');
  const second = connect(forwarding.portOf(7), '127.0.0.1');
  expect(await read(second, 4)).toBe('new:');
  second.destroy();
});

test('the end closes all connections', async () => {
  using cluster = await startPods();
  await cluster.start('hub');
  const forwarding = await startForwarding([7], cluster.pods, quiet);
  const port = forwarding.portOf(7);
  const socket = connect(port, '127.0.0.1');
  await read(socket, 4);
  const closed = once(socket, 'close');
  await forwarding[Symbol.asyncDispose]();
  await closed;
  const late = connect(port, '127.0.0.1');
  await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a pod that cannot be reached is told, and the connection ends', async () => {
  const open = (): Promise<never> => Promise.reject(new Error('pod is gone'));
  const faults: string[] = [];
  const onFault = (_port: number, { message }: Error): number => faults.push(message);
  await using forwarding = await startForwarding([7], { find: async () => 'a', open }, { onFault });
  await once(connect(forwarding.portOf(7), '127.0.0.1'), 'close');
  expect(faults).toEqual(['pod is gone']);
});
