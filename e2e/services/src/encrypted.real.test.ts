// The same, encrypted by CurveZMQ: with one pair of keys for all services, and in strict mode with one for each side.
import { join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createCluster, startFourEngines } from './cluster.ts';
import { python } from './parts.ts';
import { runPython } from './run-python.ts';

test.each(['shared', 'strict'] as const)(
  'both clients on both kinds of engines, also when a service was started again: %s keys',
  async (curve) => {
    await using cluster = await createCluster({ curve });
    await cluster.start();
    await using client = await cluster.connect();
    await startFourEngines(cluster, client);
    expect(await client.loadBalancedView().map((x: number) => x * x, [1, 2, 3])).toEqual([1, 4, 9]);
    expect(await runPython('compute.py', cluster, ['4'])).toMatchObject({ pids: 2, recorded: 40 });
    const { relay } = cluster.services;
    await relay.kill();
    await relay.start();
    await relay.ready();
    expect((await client.view('all').execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42', '42', '42']);
    const { client: ours, engine: theirs } = cluster.connections;
    expect(ours.curve_serverkey).toHaveLength(40);
    expect([ours.curve_serverkey !== theirs.curve_serverkey, ours.registration - theirs.registration]).toEqual(
      curve === 'strict' ? [true, 14] : [false, 0],
    );
  },
);

test("in strict mode no port of one side opens to the other side's file", async () => {
  await using cluster = await createCluster({ curve: 'strict' });
  await cluster.start();
  const script = join(import.meta.dirname, '../../interop/python/strict_doors.py');
  const run = await runProgram([await python(), script, cluster.folder], { env: cluster.env, timeoutMs: 120_000 });
  expect(run.code, run.output).toBe(0);
  const seen = JSON.parse(run.stdout);
  expect(Object.keys(seen.own)).toHaveLength(15);
  expect(new Set(Object.values(seen.own))).toEqual(new Set(['in']));
  expect(new Set(Object.values(seen.other))).toEqual(new Set(['out']));
  expect(seen).toMatchObject({
    questions: { client: ['connection_reply', 'ok'], engine: ['hub_error', 'PermissionError'] },
    registration: ['registration_reply', 'PermissionError'],
  });
});
