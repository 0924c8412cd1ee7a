import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { echo, greet, inboxOf, say, until } from '../contract/kit.ts';
import { transportContract } from '../contract.ts';
import { createTransport } from '../create-transport.ts';
import { createZmtpTransport } from './transport.ts';

transportContract('zmtp', (onError) => createTransport({ name: 'zmtp', onError }), { describe, test, expect });

function openTransport() {
  const errors: Error[] = [];
  const transport = createZmtpTransport({ onError: (error) => errors.push(error) });
  onTestFinished(() => transport.close());
  return { transport, errors };
}

test('what is to be sent at once leaves though the event loop stands still', async () => {
  const counter = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./testing/counting-peer.ts', import.meta.url), { workerData: counter.buffer });
  const [endpoint] = (await once(worker, 'message')) as [string];
  const { transport } = openTransport();
  const dealer = transport.open({ kind: 'dealer', sendsAtOnce: true });
  dealer.connect(endpoint);
  say(dealer, 'hello');
  await until(
    () => Atomics.load(counter, 0) === 1,
    () => 'the first',
  );
  say(dealer, 'and now nothing else happens here');
  expect(Atomics.wait(counter, 0, 1, 10_000)).not.toBe('timed-out');
  worker.postMessage('end');
  await once(worker, 'exit');
});

test('ipc: a path is bound, taken over from the dead and not from the living, and free afterwards', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'zmtp-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const endpoint = `ipc://${join(folder, 'router')}`;
  const { transport } = openTransport();
  const router = transport.open({ kind: 'router' });
  echo(router);
  expect(await router.bind(endpoint)).toBe(endpoint);
  const dealer = transport.open({ kind: 'dealer', identity: 'd' });
  dealer.connect(endpoint);
  await greet(dealer);
  await expect(transport.open({ kind: 'router' }).bind(endpoint)).rejects.toMatchObject({ code: 'port_in_use' });
  await router.close();
  const bindAndDie = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', bindAndDie, join(folder, 'router')]), 'exit');
  expect((await stat(join(folder, 'router'))).isSocket()).toBe(true);
  const next = transport.open({ kind: 'router' });
  await next.bind(endpoint);
  await writeFile(join(folder, 'file'), 'precious');
  await expect(next.bind(`ipc://${join(folder, 'file')}`)).rejects.toMatchObject({ code: 'port_in_use' });
  const inbox = inboxOf(next);
  say(dealer, 'again');
  await inbox.wait(1);
  for (const bad of ['ipc://', `ipc://${'x'.repeat(200)}`])
    await expect(next.bind(bad)).rejects.toMatchObject({ code: 'bad_option' });
});

test('who connects to something else is told, and tries no more', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.end('SSH-2.0-OpenSSH_9.2p1\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { transport, errors } = openTransport();
  const { port } = server.address() as { port: number };
  transport.open({ kind: 'dealer', lingerMs: 0 }).connect(`tcp://127.0.0.1:${port}`);
  await until(
    () => errors.length === 1,
    () => 'it is told',
  );
  expect(errors[0]).toMatchObject({
    code: 'bad_option',
    message: `This side was kept out at tcp://127.0.0.1:${port}: they do not speak ZeroMQ (it begins with 5353482d322e302d4f70)`,
  });
  expect(connections).toBe(1);
});

test('counters say what was done', async () => {
  const { transport } = openTransport();
  const router = transport.open({ kind: 'router' });
  echo(router);
  const dealer = transport.open({ kind: 'dealer' });
  dealer.connect(await router.bind('tcp://127.0.0.1:0'));
  await greet(dealer);
  const { messagesIn, messagesOut, connectionsMade, connectionsOpen, queuedBytes, bytesIn, bytesOut } =
    transport.counters;
  expect({ messagesIn, messagesOut, connectionsMade, connectionsOpen, queuedBytes }).toEqual({
    messagesIn: 2,
    messagesOut: 2,
    connectionsMade: 2,
    connectionsOpen: 2,
    queuedBytes: 0,
  });
  // Two messages of one frame; of what comes in, greetings and handshakes too.
  expect(bytesOut).toBe(14);
  expect(bytesIn).toBeGreaterThan(14 + 2 * 64);
  await transport.close();
  expect(transport.counters.connectionsOpen).toBe(0);
});
