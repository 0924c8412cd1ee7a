// A stock Python client computes on stock Python engines and on our Node engines at the same time, through our controller.
import { leftBehind } from '@muster/testkit';
import { expect, test } from 'vitest';
import { startCluster } from './cluster.ts';
import { runPython } from './python.ts';

interface Seen {
  readonly languages: Record<string, string>;
  readonly product: string[];
  readonly squares: number[];
  readonly pids: number;
  readonly stdout: string[];
  readonly kept: string[];
  readonly error: { ename: string; evalue: string; engine: number };
  readonly apply: { ename: string; evalue: string };
  readonly broadcast: string[];
  readonly queue: string[];
  readonly history: number;
}

/** Two Python and two Node engines, in this order of ids. */
async function startFour(env: Readonly<Record<string, string>> = {}) {
  const cluster = await startCluster([], env);
  for (const count of [1, 2]) {
    await cluster.startPythonEngine();
    await cluster.registered(count);
  }
  await cluster.startNodeEngine();
  await cluster.startNodeEngine();
  await cluster.registered(4);
  return cluster;
}

function expectAllRight(seen: Seen): void {
  expect(seen.languages).toEqual({ 0: 'python', 1: 'python', 2: 'node', 3: 'node' });
  expect(seen.product).toEqual(['42', '42', '42', '42']);
  // Balanced tasks are Python functions: a Node engine passes them on, and each is done once by a Python engine.
  expect(seen.squares).toEqual(Array.from({ length: 40 }, (_, i) => i * i));
  expect(seen.pids).toBe(2);
  expect(seen.stdout).toEqual(['hello from node\n', 'hello from node\n']);
  expect(seen.kept).toEqual(['6', '6']);
  expect(seen.error).toEqual({ ename: 'RangeError', evalue: 'too far', engine: 2 });
  expect(seen.apply.evalue).toMatch(/Python/);
  expect(seen.broadcast).toEqual(['42', '42', '42', '42']);
  expect(seen.queue).toEqual(['0', '1', '2', '3', 'unassigned']);
  expect(seen.history).toBeGreaterThanOrEqual(50);
}

test('a stock client of 9.2 on both kinds of engines at once', async () => {
  await using cluster = await startFour();
  expectAllRight(await runPython<Seen>('mixed_client.py', [cluster.security, '4'], { env: cluster.env }));
  await cluster.controller.stop();
  expect(await leftBehind(cluster.controller.tag, cluster.profileDir)).toEqual([]);
});

test('the same, encrypted by CurveZMQ', async () => {
  await using cluster = await startFour({ IPP_ENABLE_CURVE: '1' });
  expectAllRight(await runPython<Seen>('mixed_client.py', [cluster.security, '4'], { env: cluster.env }));
});
