// What a peer should never send, on every port, by raw sockets; the controller says what is wrong where somebody can read
// it, and goes on. See python/bad_frames.py and bad_requests.py for what exactly is sent.
import { afterAll, expect, test } from 'vitest';
import type { TestCluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { runPython } from './python.ts';

interface Checked {
  readonly checks: number;
  readonly failures: readonly string[];
}

/** Script of python/ → its sections. */
const sections = {
  bad_frames: ['not_zeromq', 'garbage', 'as_engine_of_another', 'flood'],
  bad_requests: ['unsigned', 'replayed', 'unknown_types', 'wrong_content', 'wrong_metadata', 'registers_twice'],
};

async function startMixed(args: readonly string[] = []): Promise<TestCluster> {
  const cluster = await startCluster(args);
  await cluster.startPythonEngine();
  await cluster.startNodeEngine();
  await cluster.registered(2);
  return cluster;
}

const send = (cluster: TestCluster, script: string, section: string): Promise<Checked> =>
  runPython(`${script}.py`, [cluster.security, section], { env: cluster.env });

let shared: Promise<TestCluster> | undefined;
afterAll(async () => (await shared)?.stop());

const all = Object.entries(sections).flatMap(([script, names]) => names.map((name) => [script, name] as const));
test.each(all)('%s: %s', async (script, section) => {
  shared ??= startMixed();
  const cluster = await shared;
  const { checks, failures } = await send(cluster, script, section);
  expect(failures).toEqual([]);
  expect(checks).toBeGreaterThan(1);
  expect(cluster.controller.exit, cluster.controller.output).toBeUndefined();
});

test('bad_frames: oversized', async () => {
  await using cluster = await startMixed(['--IPController.max_message_bytes=65536']);
  const { checks, failures } = await send(cluster, 'bad_frames', 'oversized');
  expect(failures).toEqual([]);
  expect(checks).toBeGreaterThan(10);
  expect(cluster.controller.exit, cluster.controller.output).toBeUndefined();
});
