// Results that a limit has removed, asked for by clients that have never seen them: an error that says so, and no wait.
import { join } from 'node:path';
import { connect } from '@muster/client';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import type { TestCluster } from './cluster.ts';
import { startCluster } from './cluster.ts';
import { runPython } from './python.ts';

interface Told {
  readonly value?: unknown;
  readonly ename?: string;
  readonly evalue?: string;
}
type Answers = Record<string, { readonly get_result: Told; readonly resubmit: Told; readonly found: number }>;

const python = <T>({ env, security }: TestCluster, ...args: string[]): Promise<T> =>
  runPython<T>('expired.py', [join(security, 'ipcontroller-client.json'), ...args], { env });
const expired = (msgId: string) => ({
  ename: 'ResultExpired',
  evalue: `The record of task '${msgId}' has expired: records are kept for a limited time, in limited number and size.`,
});

test('by number: older tasks have expired, newer ones are there', async () => {
  await using cluster = await startCluster(['--DictDB.record_limit=4', '--DictDB.cull_fraction=0.25']);
  await cluster.startPythonEngine();
  const ids = await python<string[]>(cluster, 'run', '6');
  const [first, last] = [ids[0]!, ids.at(-1)!];
  const told = await python<Answers>(cluster, 'ask', first, last);
  expect(told[first]).toEqual({ get_result: expired(first), resubmit: expired(first), found: 0 });
  expect(told[last]).toMatchObject({ get_result: { value: 10 }, resubmit: { value: [10] }, found: 1 });
  await using client = await connect({ file: join(cluster.security, 'ipcontroller-client.json'), timeoutMs: 20_000 });
  await expect(client.getResult([first])).rejects.toMatchObject({
    code: 'result_expired',
    remedy: expect.stringContaining('max_age'),
  });
});

test.each(['--dictdb', '--sqlitedb'])('by age, %s: a result that was there a moment before', async (store) => {
  await using cluster = await startCluster([store, '--DictDB.max_age=2', '--SQLiteDB.max_age=2']);
  await cluster.startPythonEngine();
  const [id] = await python<[string]>(cluster, 'run', '1');
  await using client = await connect({ file: join(cluster.security, 'ipcontroller-client.json'), timeoutMs: 20_000 });
  await until(async () => (await client.history()).length === 0, { what: 'the result to expire', timeoutMs: 60_000 });
  const told = await python<Answers>(cluster, 'ask', id);
  expect(told[id]).toEqual({ get_result: expired(id), resubmit: expired(id), found: 0 });
});
