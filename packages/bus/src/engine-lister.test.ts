import { silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import type { EngineList } from './index.ts';
import { createEngineLister, createInProcessBus } from './index.ts';

const engine = (id: number) => ({ id, uuid: `e${id}`, kernel: 'python' });

function setUp() {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const lists: EngineList[] = [];
  let unanswered = 0;
  const lister = createEngineLister({
    bus,
    onUnanswered: () => unanswered++,
    log: silentLogger,
    onListed: (list) => lists.push(list),
    timeoutMs: 1000,
    retryAfterMs: 2,
  });
  onTestFinished(lister.stop);
  return { bus, lists, lister, unanswered: () => unanswered };
}

test('asks until somebody answers', async () => {
  const { bus, lists, lister, unanswered } = setUp();
  let failures = 2;
  const done = lister.resync();
  bus.serve('engines.list', () => {
    if (failures-- > 0) throw new Error('not yet');
    return { engines: [engine(1)], pending: ['p'] };
  });
  await done;
  expect(lists).toEqual([{ engines: [engine(1)], pending: ['p'] }]);
  // The first came before anybody could answer.
  expect(unanswered()).toBe(3);
});

test('calls share a question, but none that was asked before', async () => {
  const { bus, lists, lister } = setUp();
  const waiting: ((list: EngineList) => void)[] = [];
  bus.serve('engines.list', () => new Promise((resolve) => waiting.push(resolve)));
  const first = lister.resync();
  const others = [lister.resync(), lister.resync(), lister.resync()];
  await until(() => waiting.length === 1, { what: 'the first question' });
  waiting[0]!({ engines: [], pending: [] });
  await first;
  await until(() => waiting.length === 2, { what: 'the second question' });
  waiting[1]!({ engines: [engine(2)], pending: [] });
  await Promise.all(others);
  expect(lists).toEqual([
    { engines: [], pending: [] },
    { engines: [engine(2)], pending: [] },
  ]);
  expect(waiting).toHaveLength(2);
});

test('what the hub tells meanwhile is newer than its answer', async () => {
  const { bus, lists, lister } = setUp();
  bus.publish({ type: 'engine.registered', engine: engine(9) });
  bus.serve('engines.list', async () => {
    const list = { engines: [engine(1), engine(2)], pending: ['e3', 'e4'] };
    bus.publish({ type: 'engine.unregistered', engine: engine(1), reason: '' });
    bus.publish({ type: 'engine.registered', engine: engine(3) });
    bus.publish({ type: 'registration.ended', uuid: 'e4' });
    bus.publish({ type: 'registration.pending', uuid: 'e5' });
    return list;
  });
  await lister.resync();
  expect(lists).toEqual([{ engines: [engine(2), engine(3)], pending: ['e5'] }]);
});

test('asks by itself when a hub starts, and ends when it is stopped', async () => {
  const { bus, lists, lister } = setUp();
  bus.serve('engines.list', () => ({ engines: [], pending: [] }));
  bus.publish({ type: 'service.started', service: 'relay' });
  bus.publish({ type: 'service.started', service: 'hub' });
  await until(() => lists.length === 1, { what: 'a list' });
  await lister.resync();
  expect(lists).toHaveLength(2);
  const lonely = setUp();
  const never = lonely.lister.resync();
  lonely.lister.stop();
  await never;
  lonely.bus.publish({ type: 'service.started', service: 'hub' });
  await lonely.lister.resync();
  expect(lonely.lists).toEqual([]);
});
