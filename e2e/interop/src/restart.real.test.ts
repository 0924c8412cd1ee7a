// Our controller is stopped or killed under stock Python engines and clients, and started again.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '@muster/testkit';
import { freePort, until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { runPython } from './python.ts';
import type { Restarting } from './restarting.ts';
import { createRestarting, end } from './restarting.ts';

interface Seen {
  readonly balanced: readonly string[];
  readonly direct: readonly string[];
  readonly behind: readonly string[];
  readonly broadcast: readonly string[];
  readonly 'same engines': boolean;
  readonly again: readonly number[];
  readonly pending: number;
  readonly completed: number;
  readonly asked: number;
  readonly kept: readonly unknown[];
}

const engines = 2;
const limitMs = 240_000;
const patience = { timeoutMs: 90_000 };
const values = (what: string): string[] => Array.from({ length: 2 * engines }, (_, i) => `${what} ${i}`);
const each = (what: string): string[] => Array.from({ length: engines }, () => what);

async function startEngines(cluster: Restarting): Promise<void> {
  for (let n = 1; n <= engines; n++) {
    await cluster.pythonEngine();
    await cluster.registered(n);
  }
}

async function startWork(cluster: Restarting, seconds: number): Promise<Program> {
  const client = await cluster.startScript('restart_client.py', [String(engines), String(seconds)]);
  await client.says('submitted', 90_000);
  return client;
}

async function endOf(client: Program): Promise<Seen> {
  await client.exited;
  expect(client.exit, client.output).toEqual({ code: 0, signal: null });
  return JSON.parse(client.stdout.trim().split('\n').at(-1)!) as Seen;
}

test.for([
  ['SIGTERM', '--dictdb'],
  ['SIGKILL', '--dictdb'],
  ['SIGKILL', '--sqlitedb'],
  ['SIGKILL', '--nodb'],
] as const)('work goes on over %s, with %s', { timeout: limitMs }, async ([signal, store]) => {
  await using cluster = await createRestarting();
  const first = await cluster.start(['--restore', store]);
  await startEngines(cluster);
  const client = await startWork(cluster, 3);
  await end(first, signal);
  const second = await cluster.start(['--restore', store]);
  expect(second.output).toContain(`taken over from the hub before engines=${engines}`);
  const seen = await endOf(client);
  // All of it came to its end: nothing had to be given up, and nothing ran twice.
  expect(seen).toMatchObject({
    ...{ balanced: values('balanced'), direct: each('direct'), behind: each('behind') },
    ...{ 'same engines': true, again: [0, 1, 4, 9, 16, 25, 36, 49, 64, 81], broadcast: each('there') },
    ...{ pending: 0, completed: seen.asked },
  });
  if (store !== '--nodb') expect(seen.kept).toEqual(values('balanced').map((value) => [value]));
});

test('killed twice in a row: what was on its way is answered, by its result or by an error', {
  timeout: limitMs,
}, async () => {
  await using cluster = await createRestarting();
  let controller = await cluster.start(['--restore']);
  await startEngines(cluster);
  const client = await startWork(cluster, 10);
  for (let i = 0; i < 2; i++) {
    await end(controller, 'SIGKILL');
    controller = await cluster.start(['--restore']);
  }
  const seen = await endOf(client);
  for (const [i, outcome] of seen.balanced.entries()) expect([`balanced ${i}`, 'TaskLost']).toContain(outcome);
  for (const what of ['direct', 'behind'] as const) expect([each(what), ['EngineError']]).toContainEqual(seen[what]);
  expect(seen).toMatchObject({ 'same engines': true, broadcast: each('there'), pending: 0, completed: seen.asked });
});

test('engines that ended while the controller was away are dropped, with what they had', {
  timeout: limitMs,
}, async () => {
  await using cluster = await createRestarting();
  const first = await cluster.start(['--restore']);
  const programs = [await cluster.pythonEngine()];
  await cluster.registered(1);
  programs.push(await cluster.pythonEngine());
  const uuids = await cluster.registered(2);
  const client = await cluster.startScript('lost_engine_client.py', []);
  await client.says('submitted', 90_000);
  await end(first, 'SIGKILL');
  await programs[1]!.stop({ signal: 'SIGKILL' });
  const second = await cluster.start(['--restore', '--HeartMonitor.max_heartmonitor_misses=8']);
  await client.exited;
  expect(client.exit, client.output).toEqual({ code: 0, signal: null });
  expect(JSON.parse(client.stdout.trim().split('\n').at(-1)!)).toEqual({
    ...{ direct: 'EngineError', balanced: 'EngineError', elsewhere: 'done', ids: [0], told: [1] },
  });
  expect(second.output).toMatch(/engine stopped answering pings/);
  // Its number is not used again.
  await cluster.pythonEngine();
  const later = await cluster.registered(2);
  expect(Object.keys(later)).toEqual(['0', '2']);
  expect(later[0]).toBe(uuids[0]);
});

test('without --restore engines of before are told to end, and take nobody with them', {
  timeout: limitMs,
}, async () => {
  await using cluster = await createRestarting();
  const first = await cluster.start(['--reuse']);
  const before = [await cluster.pythonEngine(), await cluster.nodeEngine()];
  await cluster.registered(2);
  await end(first, 'SIGTERM');
  const second = await cluster.start(['--reuse']);
  await cluster.pythonEngine();
  const registered = await cluster.registered(1);
  expect(Object.keys(registered)).toEqual(['0']);
  await Promise.all(before.map((engine) => until(() => engine.exit, { ...patience, what: () => engine.output })));
  expect(second.output).toContain('is told to end');
  // The old engine 0 has said goodbye by its number.
  const seen = await runPython<{ ids: number[] }>('compute.py', [cluster.security, '1'], { env: cluster.env });
  expect(seen.ids).toEqual([0]);
  expect(await cluster.registered(1)).toEqual(registered);
});

test('engines started before their controller wait for it', { timeout: limitMs }, async () => {
  await using cluster = await createRestarting();
  const first = await cluster.start(['--reuse']);
  await end(first, 'SIGTERM');
  const node = await cluster.nodeEngine(['--timeout=1']);
  const python = await cluster.pythonEngine(['--timeout=120']);
  await node.says('no answer from the controller yet; waiting for it', patience.timeoutMs);
  await python.says('Registering with controller', patience.timeoutMs);
  await cluster.start(['--reuse']);
  expect(Object.keys(await cluster.registered(2))).toEqual(['0', '1']);
  expect([node.exit, python.exit]).toEqual([undefined, undefined]);
});

test('a port that another program has taken meanwhile is an error, with what to do', { timeout: limitMs }, async () => {
  await using cluster = await createRestarting();
  await end(await cluster.start(['--restore']), 'SIGTERM');
  const client = JSON.parse(readFileSync(cluster.connectionFile, 'utf8')) as { task: number };
  await using _ = await occupy(client.task);
  const files = readFileSync(cluster.connectionFile, 'utf8');
  const second = cluster.start(['--restore']);
  await expect(second).rejects.toThrow(
    new RegExp(
      `:${client.task}: this port is taken, and the connection files that are reused name it[^]*Stop the program`,
    ),
  );
  expect(readFileSync(cluster.connectionFile, 'utf8')).toBe(files);
});

test('files that do not agree are said to, and replaced; so is a half-written state of engines', {
  timeout: limitMs,
}, async () => {
  await using cluster = await createRestarting();
  await end(await cluster.start(['--reuse']), 'SIGKILL');
  const { task } = JSON.parse(readFileSync(cluster.connectionFile, 'utf8')) as { task: number };
  const engineFile = join(cluster.security, 'ipcontroller-engine.json');
  writeFileSync(engineFile, readFileSync(engineFile, 'utf8').replace(/"key": "[^"]*"/, '"key": "another"'));
  writeFileSync(join(cluster.profileDir, 'log/engines.json'), '{"engines": {"0": "a');
  const second = await cluster.start([`--ports=${await freePort()}`, '--restore']);
  expect(second.output).toMatch(/cannot be reused; new ones are written.*the two files differ in key/);
  expect(second.output).toMatch(/engine-state file cannot be used.*half written/);
  expect((JSON.parse(readFileSync(cluster.connectionFile, 'utf8')) as { task: number }).task).not.toBe(task);
  await cluster.pythonEngine();
  expect(Object.keys(await cluster.registered(1))).toEqual(['0']);
});

test('encrypted, with the keys of the first start', { timeout: limitMs }, async () => {
  await using cluster = await createRestarting({ IPP_ENABLE_CURVE: '1' });
  const first = await cluster.start(['--restore']);
  await startEngines(cluster);
  const compute = () => runPython<object>('compute.py', [cluster.security, '2'], { env: cluster.env });
  const before = await compute();
  await end(first, 'SIGKILL');
  await cluster.start(['--restore']);
  expect(await compute()).toEqual(before);
});

/** Listens on a port until disposed. */
async function occupy(port: number): Promise<AsyncDisposable> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
