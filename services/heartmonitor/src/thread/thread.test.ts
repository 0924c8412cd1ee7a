import { type Bus, createInProcessBus, type Fact } from '@muster/bus';
import { type Logger, silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import type { CurveServers } from '@muster/transport';
import { createTransport, generateCurvePair, transportInUse } from '@muster/transport';
import { expect, onTestFinished, test } from 'vitest';
import { createHeartmonitorThread } from './index.ts';
import { startEchoEngine } from './testing/start-echo-engine.ts';

const addresses = { client: '127.0.0.1', engine: '127.0.0.1' };
const config = { periodMs: 50, maxMisses: 3 };
const engine = { id: 0, uuid: 'e1', kernel: 'node' } as const;

async function createBench({
  curve,
  plan = {},
  onLog,
}: Partial<{ curve: CurveServers; plan: object; onLog: (fields: object, text: string) => void }> = {}) {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const heard: Fact[] = [];
  for (const type of ['heart.started', 'heart.stopped'] as const) bus.subscribe(type, (fact) => heard.push(fact));
  const log: Logger = { ...silentLogger, error: onLog ?? silentLogger.error };
  const transport = transportInUse('zmtp', curve !== undefined);
  const failures: Error[] = [];
  const thread = await createHeartmonitorThread({
    ...{ bus, log, config, heapMb: 24, mostStarts: 2 },
    binding: { transport, addresses, plan, curve, maxFrameBytes: 1000 },
    onFailed: (error) => failures.push(error),
  });
  onTestFinished(thread.stop);
  return { bus, heard, thread, failures, lost: () => heard.filter(({ type }) => type === 'heart.stopped') };
}

/** An engine that the hub has registered, and its heart. */
async function register({ bus, heard, thread }: Awaited<ReturnType<typeof createBench>>, curve?: CurveServers) {
  const serverKey = curve?.engine.publicKey;
  const echo = startEchoEngine('e1', thread.ports, serverKey === undefined ? undefined : { role: 'client', serverKey });
  onTestFinished(echo.stop);
  thread.start();
  bus.publish({ type: 'registration.pending', uuid: 'e1' });
  await until(() => heard.length > 0, { what: 'the announcement' });
  expect(heard[0]).toEqual({ type: 'heart.started', uuid: 'e1' });
  bus.publish({ type: 'engine.registered', engine });
  return echo;
}

const pair = { role: 'server', ...generateCurvePair() } as const;

/** Nothing of this thread runs meanwhile: no timer, no socket, no message of another thread. */
const block = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test.each([
  ['plain', undefined],
  ['with CURVE', { client: pair, engine: pair }],
])('hearts go on beating while this thread is blocked for twenty periods (%s)', async (_how, curve) => {
  const bench = await createBench({ ...(curve && { curve }) });
  const echo = await register(bench, curve);
  const before = echo.pings;
  block(20 * config.periodMs);
  expect(echo.pings - before).toBeGreaterThan(10);
  // Four periods without an answer would have ended it.
  const then = echo.pings;
  await until(() => echo.pings > then + 5, { what: 'further pings' });
  expect(bench.lost()).toEqual([]);

  echo.fallSilent();
  await until(() => bench.lost().length > 0, { what: 'the loss' });
  expect(bench.lost()).toEqual([{ type: 'heart.stopped', uuid: 'e1' }]);
});

test('a port that is taken is named', async () => {
  const transport = createTransport({ onError() {} });
  onTestFinished(() => transport.close());
  const endpoint = await transport.open({ kind: 'router' }).bind('tcp://127.0.0.1:0');
  const port = Number(endpoint.split(':').at(-1));
  await expect(createBench({ plan: { 'engine:hb_pong': port } })).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(String(port)),
  });
});

test('it learns from the hub which engines there are', async () => {
  const { bus, thread } = await createBench();
  let asked = 0;
  bus.serve('engines.list', () => {
    asked++;
    return { engines: [engine], pending: [] };
  });
  await thread.resync();
  expect(asked).toBe(1);
});

/** The thread has little memory: what it is to remember here is more than that. */
function exhaust(bus: Bus, life: number): void {
  const megabyte = 'x'.repeat(2 ** 20);
  for (let i = 0; i < 50; i++) bus.publish({ type: 'registration.pending', uuid: `${life} ${i} ${megabyte}` });
}

test('a thread that ends is started anew at the same ports, and given up when it ends again and again', async () => {
  const said: string[] = [];
  const bench = await createBench({ onLog: (_fields, text) => said.push(text) });
  bench.bus.serve('engines.list', () => ({ engines: [engine], pending: [] }));
  const echo = await register(bench);
  exhaust(bench.bus, 1);
  await until(() => said.length > 0, { what: 'the end of the first life' });
  const { pings } = echo;
  await until(() => echo.pings > pings + 1, { what: 'pings of the second' });
  expect(said).toEqual(['the thread of the heartmonitor has ended and is started anew']);
  expect(bench.failures).toEqual([]);
  exhaust(bench.bus, 2);
  await until(() => bench.failures.length > 0, { what: 'the end of all attempts' });
  expect(bench.failures[0]!.message).toMatch(/2 times in a minute: .*memory/);
  // It was there all the time, and is not taken for dead.
  expect(bench.lost()).toEqual([]);
});
