import { writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { processesOf, startProgram, type TemporaryFolder, temporaryFolder, until } from '@muster/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTunnels, type TunnelEvent, type TunnelOptions } from './open-tunnels.ts';

let folder: TemporaryFolder;
let greeter: Server;
let tags = 0;
beforeEach(async () => {
  folder = await temporaryFolder('tunnel');
  greeter = createServer((socket) => void socket.on('error', () => {}).end('hello')).listen(0, '127.0.0.1');
  await until(() => greeter.listening, { what: 'a listener' });
});
afterEach(async () => {
  greeter.close();
  await folder[Symbol.asyncDispose]();
});

const standIn = join(import.meta.dirname, 'testing/stand-in-ssh.ts');

/** An environment in which ssh is the stand-in, and by whose tag its processes are found. */
function stage(
  mode: string,
): TunnelOptions & { readonly env: NodeJS.ProcessEnv; readonly tag: string; say(mode: string): void } {
  const file = join(folder.path, 'mode');
  const say = (now: string): void => writeFileSync(file, now);
  say(mode);
  const tag = `tunnel-${process.pid}-${++tags}`;
  const env = { ...process.env, MUSTER_RUN: tag, STAND_IN: file, MUSTER_SSH_COMMAND: `${process.execPath} ${standIn}` };
  const { port } = greeter.address() as { port: number };
  return { server: 'n1', forwards: [{ host: '127.0.0.1', port }], env, tag, say };
}

const hear = (port: number): Promise<string> =>
  new Promise((resolve) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
  });

const nothingLeft = (tag: string) =>
  until(async () => (await processesOf(tag)).length === 0, { what: 'no process of the tunnel is left' });

test('what is forwarded is heard; a tunnel that ends is made again with the same port; close leaves nothing', async () => {
  const { tag, say, ...options } = stage('open');
  const events: TunnelEvent[] = [];
  const tunnels = await openTunnels({ ...options, onEvent: (event) => events.push(event) });
  const [port] = tunnels.localPorts;
  expect(await hear(port!)).toBe('hello');
  say('refuse');
  const ssh = (await processesOf(tag)).find(({ command }) => command.includes('-L'));
  process.kill(ssh!.pid, 'SIGKILL');
  await until(() => events.length >= 2, { what: 'two failures' });
  say('open');
  await until(() => events.at(-1)?.type === 'tunnel.restored', { what: () => JSON.stringify(events) });
  expect(events.map(({ type }) => type)).toContain('tunnel.lost');
  expect(events[1]).toMatchObject({ type: 'tunnel.lost', error: { code: 'unreachable' } });
  expect(await hear(port!)).toBe('hello');
  await tunnels.close();
  expect(await processesOf(tag)).toEqual([]);
  expect(await hear(port!)).toBe('');
});

test.each([
  ['refuse', 'unreachable'],
  ['deaf', 'timeout'],
  ['prohibit', 'access_denied'],
])('a server that says %s is an error, and nothing is left', async (mode, code) => {
  const { tag, say: _, ...options } = stage(mode);
  await expect(openTunnels({ ...options, openLimitMs: mode === 'deaf' ? 1500 : 30_000 })).rejects.toMatchObject({
    code,
  });
  expect(await processesOf(tag)).toEqual([]);
});

test('a signal ends the attempt, and later the tunnel', async () => {
  const deaf = stage('deaf');
  const stop = new AbortController();
  const opening = openTunnels({ ...deaf, signal: stop.signal });
  await until(async () => (await processesOf(deaf.tag)).length > 0, { what: 'an attempt' });
  stop.abort(new Error('enough'));
  await expect(opening).rejects.toThrow('enough');
  expect(await processesOf(deaf.tag)).toEqual([]);

  const open = stage('open');
  const later = new AbortController();
  const tunnels = await openTunnels({ ...open, signal: later.signal });
  later.abort();
  await nothingLeft(open.tag);
  await tunnels.close();
});

test.each(['SIGKILL', 'SIGTERM', 'exit'] as const)('an owner that ends by %s leaves nothing', async (how) => {
  const { tag, say: _, env, server, forwards } = stage('open');
  const script = `const { openTunnels } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
    await openTunnels(${JSON.stringify({ server, forwards })});
    console.log('open');
    if (${how === 'exit'}) process.exit(3);`;
  await using owner = await startProgram([process.execPath, '--input-type=module', '-e', script], { env });
  await owner.says('open');
  if (how !== 'exit') process.kill(owner.pid, how);
  await owner.exited;
  await until(async () => (await processesOf(owner.tag)).length === 0, { what: 'nothing of the owner is left' });
  await nothingLeft(tag);
});

test('what cannot be asked for', async () => {
  const { server, forwards } = stage('open');
  await expect(openTunnels({ server: '-x', forwards })).rejects.toMatchObject({ code: 'bad_option' });
  await expect(openTunnels({ server, forwards: [] })).rejects.toMatchObject({ code: 'bad_option' });
  await expect(openTunnels({ server, forwards, keyFile: 'a\0b' })).rejects.toMatchObject({ code: 'unreachable' });
  const env = { ...process.env, MUSTER_SSH_COMMAND: join(folder.path, 'none') };
  await expect(openTunnels({ server, forwards, env })).rejects.toThrow(/which cannot be run here/);
});
