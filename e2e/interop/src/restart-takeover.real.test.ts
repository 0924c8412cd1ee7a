// Python's controller and ours take over from each other: files, engines, numbers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runPython } from './python.ts';
import type { Restarting } from './restarting.ts';
import { createRestarting, end } from './restarting.ts';

interface Seen {
  readonly ids: readonly number[];
  readonly direct: readonly string[];
  readonly broadcast: readonly string[];
  readonly balanced: readonly number[];
  readonly pids: Readonly<Record<string, number>>;
}

const limitMs = 240_000;
const compute = ({ security, env }: Restarting, count: number): Promise<Seen> =>
  runPython<Seen>('compute.py', [security, String(count)], { env });

function expectAll({ ids, direct, broadcast, balanced }: Seen, expected: readonly number[]): void {
  expect(ids).toEqual(expected);
  expect(direct).toEqual(ids.map(() => 'direct'));
  expect(broadcast).toEqual(ids.map(() => 'broadcast'));
  expect(balanced).toEqual([1, 2, 3, 4, 5, 6]);
}

const files = ({ security }: Restarting): string[] =>
  ['client', 'engine'].map((side) => readFileSync(join(security, `ipcontroller-${side}.json`), 'utf8'));

test('Python, ours, Python again', { timeout: limitMs }, async () => {
  await using cluster = await createRestarting();
  const theirs = await cluster.startPythonController(['--reuse']);
  for (const count of [1, 2]) {
    await cluster.pythonEngine();
    await cluster.registered(count);
  }
  const before = await compute(cluster, 2);
  expectAll(before, [0, 1]);
  const written = files(cluster);
  await end(theirs, 'SIGTERM');

  const ours = await cluster.start(['--restore']);
  const between = await compute(cluster, 2);
  expectAll(between, [0, 1]);
  expect(between.pids).toEqual(before.pids);
  expect(files(cluster)).toEqual(written);
  await end(ours, 'SIGKILL');

  await cluster.startPythonController(['--restore']);
  const after = await compute(cluster, 2);
  expectAll(after, [0, 1]);
  expect(after.pids).toEqual(before.pids);
});

test('files that ours has written serve Python, and engines get their numbers there', {
  timeout: limitMs,
}, async () => {
  await using cluster = await createRestarting();
  const ours = await cluster.start(['--reuse']);
  for (const count of [1, 2, 3]) {
    await cluster.pythonEngine();
    await cluster.registered(count);
  }
  const { pids } = await compute(cluster, 3);
  await end(ours, 'SIGKILL');
  await cluster.startPythonController(['--restore']);
  const after = await compute(cluster, 3);
  expectAll(after, [0, 1, 2]);
  expect(after.pids).toEqual(pids);
  await cluster.pythonEngine();
  expect(Object.keys(await cluster.registered(4))).toEqual(['0', '1', '2', '3']);
});
