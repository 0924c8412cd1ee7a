// Publisher and receiver over a bus that loses and repeats, with hubs that come and go.
import { silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Bus } from '../bus.ts';
import { messageOf } from '../contract/kit.ts';
import type { Fact, FactOf } from '../facts.ts';
import { createInProcessBus } from '../in-process.ts';
import { createKeptPublisher, createKeptReceiver } from '../kept.ts';
import { carriedOf, copyOf, sizeOf } from './kept-bytes.ts';

const dispatched = (n: number): FactOf<'task.dispatched'> => ({
  type: 'task.dispatched',
  msgId: String(n),
  engineUuid: 'e',
});
const openBus = (): Bus =>
  createInProcessBus((error) => {
    throw error;
  });

/** Facts of the bus are lost or told twice as `fate` says. */
function unreliable(bus: Bus, fate: () => 'lost' | 'twice' | 'fine'): Bus {
  return {
    ...bus,
    publish(fact: Fact) {
      const what = fate();
      if (what !== 'lost') bus.publish(fact);
      if (what === 'twice') bus.publish(fact);
    },
  };
}

/** A hub that stores what it handles when it is asked to. */
function startHub(bus: Bus, stored: string[]) {
  let unstored: string[] = [];
  const handled: string[] = [];
  const receiver = createKeptReceiver({
    bus,
    warn: () => {},
    acknowledgeAfterMs: 1,
    settled: async () => {
      const some = unstored;
      unstored = [];
      await new Promise((done) => setImmediate(done));
      stored.push(...some);
    },
  });
  const end = receiver.subscribe('task.dispatched', ({ msgId }) => {
    handled.push(msgId);
    unstored.push(msgId);
  });
  return {
    handled,
    /** Without a word, as a crash is. */
    kill(): void {
      end();
      receiver.stop();
      unstored = [];
    },
  };
}

test('each fact is stored, in order, and handled once by each hub, whatever is lost on the way', async () => {
  const run = async (seed: number, count: number, kills: readonly number[]): Promise<void> => {
    const random = mulberry(seed);
    const wire = openBus();
    const fate = () => (random() < 0.1 ? 'lost' : random() < 0.1 ? 'twice' : 'fine');
    const bus = createKeptPublisher({ bus: unreliable(wire, fate), log: silentLogger, stallMs: 2, windowBytes: 6000 });
    const stored: string[] = [];
    let hub = startHub(unreliable(wire, fate), stored);
    for (let n = 0; n < count; n++) {
      bus.publish(dispatched(n));
      if (kills.includes(n)) {
        hub.kill();
        expect(isRising(hub.handled)).toBe(true);
        hub = startHub(unreliable(wire, fate), stored);
        if (random() < 0.5) wire.publish({ type: 'service.started', service: 'hub' });
      }
      if (random() < 0.1) await new Promise((done) => setImmediate(done));
    }
    const all = Array.from({ length: count }, (_, n) => String(n));
    await until(() => new Set(stored).size === count, {
      what: () => `all is stored; missing: ${all.filter((n) => !stored.includes(n)).slice(0, 5)}`,
      timeoutMs: 20_000,
    });
    expect(isRising(hub.handled)).toBe(true);
    await bus.close();
    hub.kill();
  };
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 200 }), fc.array(fc.nat(200), { maxLength: 3 }), run),
    { numRuns: 25, interruptAfterTimeLimit: 30_000 },
  );
}, 60_000);

test('a fact in one process has no mark, and passes', () => {
  const bus = openBus();
  const settled = vi.fn();
  const receiver = createKeptReceiver({ bus, settled, warn: () => {} });
  const heard: Fact[] = [];
  receiver.subscribe('task.dispatched', (fact) => heard.push(fact));
  for (const n of [1, 1]) bus.publish(dispatched(n));
  expect(heard).toEqual([dispatched(1), dispatched(1)]);
  expect(settled).not.toHaveBeenCalled();
});

test('other facts are not kept, and questions pass', async () => {
  const wire = openBus();
  const facts: Fact[] = [];
  wire.subscribe('heart.started', (fact) => facts.push(fact));
  const bus = createKeptPublisher({ bus: wire, log: silentLogger });
  bus.publish({ type: 'heart.started', uuid: 'a' });
  bus.serve('engines.resume', () => ({}));
  expect(await bus.ask({ type: 'engines.resume', uuids: [] }, { timeoutMs: 100 })).toEqual({});
  expect(facts).toEqual([{ type: 'heart.started', uuid: 'a' }]);
  await bus.close();
});

test('without a hub the oldest go when there is no more room, and somebody is told', async () => {
  const wire = openBus();
  const warnings: object[] = [];
  const log = { ...silentLogger, warn: (fields: object) => warnings.push(fields) };
  const bus = createKeptPublisher({ bus: wire, log, maxFacts: 10, closeTimeoutMs: 1, stallMs: 1 });
  for (let n = 0; n < 25; n++) bus.publish(dispatched(n));
  expect(warnings).toEqual([{ lost: 1 }]);
  const stored: string[] = [];
  const hub = startHub(wire, stored);
  await until(() => stored.length >= 10, { what: 'what is left is stored' });
  expect(stored).toEqual(Array.from({ length: 10 }, (_, n) => String(n + 15)));
  await bus.close();
  hub.kill();
});

test('a hub that does not store holds up its publisher, and not for ever', async () => {
  const wire = openBus();
  const bus = createKeptPublisher({ bus: wire, log: silentLogger, windowBytes: 3 * sizeOf(dispatched(0)) });
  let isStored: () => void = () => {};
  const receiver = createKeptReceiver({
    bus: wire,
    warn: () => {},
    acknowledgeAfterMs: 1,
    settled: () => new Promise<void>((resolve) => (isStored = resolve)),
  });
  onTestFinished(receiver.stop);
  const heard: string[] = [];
  receiver.subscribe('task.dispatched', ({ msgId }) => heard.push(msgId));
  for (let n = 0; n < 10; n++) bus.publish(dispatched(n));
  expect(heard).toEqual(['0', '1', '2']);
  await until(
    () => {
      isStored();
      return heard.length === 10;
    },
    { what: 'all are told' },
  );
  await bus.close();
});

test('of what is too large to travel the buffers are not kept', () => {
  const message = messageOf('m', [new Uint8Array(3000), new Uint8Array(4000)]);
  const small = carriedOf({ type: 'task.finished', message }, 5000) as FactOf<'task.finished'>;
  expect(small.leftOutBytes).toBe(7000);
  expect(small.message.frames).toEqual(message.frames.slice(0, 5));
  const fact: FactOf<'task.finished'> = { type: 'task.finished', message };
  expect(carriedOf(fact, 10_000)).toBe(fact);
  expect(carriedOf(dispatched(1), 1)).toEqual(dispatched(1));
});

test('what is kept is copied, in one block, but for large frames', () => {
  const large = new Uint8Array(100_000);
  const fact: FactOf<'task.finished'> = { type: 'task.finished', message: messageOf('m', [large, Uint8Array.of(7)]) };
  const copy = copyOf(fact) as FactOf<'task.finished'>;
  expect(copy.message.frames.map((frame) => [...frame.subarray(0, 500)])).toEqual(
    fact.message.frames.map((frame) => [...frame.subarray(0, 500)]),
  );
  const [first, ...others] = copy.message.frames.filter((frame) => frame !== large);
  expect(copy.message.frames).toContain(large);
  for (const frame of others) expect(frame.buffer).toBe(first!.buffer);
  expect(sizeOf(fact)).toBeGreaterThan(100_000);
  expect(copyOf(dispatched(1))).toEqual(dispatched(1));
});

const isRising = (numbers: readonly string[]): boolean =>
  numbers.every((n, i) => i === 0 || Number(n) === Number(numbers[i - 1]) + 1);

/** Chance from a seed. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
