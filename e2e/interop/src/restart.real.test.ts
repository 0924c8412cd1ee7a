// Our controller is stopped or killed under stock Python engines and clients, and started again with --restore.
import { expect, test } from 'vitest';
import type { Restarting } from './restarting.ts';
import { createRestarting, end } from './restarting.ts';

interface Seen {
  readonly balanced: readonly string[];
  readonly direct: readonly string[];
  readonly behind: readonly string[];
  readonly 'same engines': boolean;
  readonly again: readonly number[];
  readonly broadcast: readonly string[];
  readonly queues: object;
  readonly pending: number;
  readonly completed: number;
  readonly asked: number;
  readonly kept: readonly unknown[];
}

const engines = 2;
const limitMs = 180_000;
const values = (what: string): string[] => Array.from({ length: 2 * engines }, (_, i) => `${what} ${i}`);

async function startEngines(cluster: Restarting): Promise<void> {
  for (let n = 1; n <= engines; n++) {
    await cluster.pythonEngine();
    await cluster.registered(n);
  }
}

test.for([
  ['SIGTERM', '--dictdb'],
  ['SIGKILL', '--dictdb'],
  ['SIGTERM', '--sqlitedb'],
  ['SIGKILL', '--sqlitedb'],
] as const)('work goes on over %s, with %s', { timeout: limitMs }, async ([signal, store]) => {
  await using cluster = await createRestarting();
  const first = await cluster.start(['--restore', store]);
  await startEngines(cluster);
  const client = await cluster.startScript('restart_client.py', [String(engines), '3']);
  await client.says('submitted', 60_000);
  await end(first, signal);
  const second = await cluster.start(['--restore', store]);
  await client.exited;
  expect(client.exit, client.output).toEqual({ code: 0, signal: null });
  const seen = JSON.parse(client.stdout.trim().split('\n').at(-1)!) as Seen;
  console.log(JSON.stringify(seen, null, 1), second.output);
  expect(seen.balanced).toEqual(values('balanced'));
});
