// Our client and our engines stay while the controller is killed and started again.
import type { Client } from '@muster/client';
import { connect } from '@muster/client';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createRestarting, end } from './restarting.ts';

const limitMs = 180_000;
const patience = { timeoutMs: 60_000 };

async function work(ms: number, value: string): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return value;
}

/** What became of it: its value, or the name of its error. */
const outcome = (result: PromiseLike<unknown>): Promise<unknown> =>
  Promise.race([
    Promise.resolve(result).catch((error: { ename?: string; code?: string }) => error.ename ?? error.code),
    new Promise((resolve) => setTimeout(resolve, patience.timeoutMs, 'hangs').unref()),
  ]);

const backAgain = (client: Client): Promise<unknown> =>
  until(() => client.view(0).apply(() => 'there'), { ...patience, what: 'the client goes on' });

test('what runs, waits and comes later', { timeout: limitMs }, async () => {
  await using cluster = await createRestarting();
  let controller = await cluster.start(['--restore']);
  const engines = [await cluster.nodeEngine(), await cluster.nodeEngine()];
  await cluster.registered(2);
  await using client = await connect({ file: cluster.connectionFile, timeoutMs: 30_000 });
  await client.waitForEngines(2);
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const balanced = [0, 1, 2, 3].map((n) => client.loadBalancedView().apply(work, 3000, `balanced ${n}`));
    const direct = client.view('all').apply(work, 3000, 'direct');
    // A balanced task runs on each engine, and the direct request stands behind it.
    await until(
      async () => Object.values((await client.queueStatus()).engines).every(({ queue, tasks }) => queue + tasks === 2),
      { ...patience, what: 'all is under way' },
    );
    await end(controller, signal);
    controller = await cluster.start(['--restore']);
    // What a killed controller had not stored yet is lost, and the client finds that out.
    for (const [n, end] of (await Promise.all(balanced.map(outcome))).entries())
      expect([`balanced ${n}`, ...(signal === 'SIGKILL' ? ['task_lost'] : [])]).toContain(end);
    expect(await outcome(direct)).toEqual(['direct', 'direct']);
    await backAgain(client);
    expect(await client.loadBalancedView().map((x: number) => x * x, [1, 2, 3])).toEqual([1, 4, 9]);
  }
  expect(engines.map(({ exit }) => exit)).toEqual([undefined, undefined]);
});
