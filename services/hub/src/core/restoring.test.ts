import type { StoredEngine } from '@muster/task-store';
import { createMemoryTaskStore } from '@muster/task-store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerTo, request } from '../testing/messages.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub, follow } from '../testing/test-hub.ts';
import { engineStateText } from './engine-state.ts';
import type { HubFact } from './events.ts';
import { leftovers } from './state.ts';

const settings = { keepsEngines: true };
const engine = (uuid: string, id: number, status: StoredEngine['status']): StoredEngine => ({
  uuid,
  id,
  kernel: 'python',
  status,
});
const facts = (hub: TestHub) => hub.sentOf('fact.publish').map(({ fact }) => fact);

test('what is kept of engines follows their lives', () => {
  const hub = createTestHub({ settings: { ...settings, lostEngineLimit: 1 } });
  const kept = () => [...hub.engines.values()].map(({ uuid, id, status }) => `${uuid} ${id} ${status}`).sort();
  hub.ask('registration_request', { uuid: 'a' });
  expect(kept()).toEqual(['a 0 registering']);
  hub.tell({ type: 'heart.started', uuid: 'a' });
  hub.addEngine('b');
  hub.addEngine('c');
  expect(kept()).toEqual(['a 0 registered', 'b 1 registered', 'c 2 registered']);
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  expect(kept()).toContain('a 0 lost');
  hub.tell({ type: 'heart.stopped', uuid: 'b' });
  expect(kept()).toEqual(['b 1 lost', 'c 2 registered']);
  hub.tell({ type: 'heart.started', uuid: 'b' });
  hub.ask('unregistration_request', { id: 2 });
  expect(kept()).toEqual(['b 1 registered']);
  hub.ask('registration_request', { uuid: 'd' });
  hub.ask('registration_request', { uuid: 'e' });
  hub.ask('unregistration_request', { id: 4 });
  expect(kept()).toEqual(['b 1 registered', 'd 3 registering']);
  hub.advance(40_000);
  expect(kept()).toContain('d 3 lost');
  hub.tell({
    type: 'iopub.published',
    message: answerTo('x', 'shutdown_reply', { header: { session: 'd' } }),
  });
  expect(kept()).toEqual(['b 1 registered']);
});

test('a hub that nobody follows keeps nothing', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  expect(hub.engines.size).toBe(0);
});

test('engines are taken over by their numbers, and services are told; clients are not', () => {
  const hub = createTestHub({ settings });
  const engines = [engine('a', 0, 'registered'), engine('p', 3, 'registering'), engine('l', 4, 'lost')];
  hub.tell({ type: 'hub.restored', stored: { engines, nextId: 9 }, tasks: [] });
  expect(facts(hub)).toEqual([
    { type: 'engine.registered', engine: { id: 0, uuid: 'a', kernel: 'python' } },
    { type: 'registration.pending', uuid: 'p' },
  ]);
  expect(hub.sentOf('clients.notify')).toEqual([]);
  expect(hub.ask('connection_request')?.content).toMatchObject({ engines: { 0: 'a' } });
  // Those whose answer had gone out do not ask again: they beat.
  hub.tell({ type: 'heart.started', uuid: 'p' });
  hub.tell({ type: 'heart.started', uuid: 'l' });
  hub.tell({ type: 'heart.started', uuid: 'stranger' });
  expect(hub.sentOf('clients.notify').map(({ content }) => content)).toMatchObject([
    { id: 3, uuid: 'p' },
    { id: 4, uuid: 'l' },
  ]);
  expect(hub.addEngine('new')).toBe(9);
  hub.tell({ type: 'heart.stopped', uuid: 'a' });
  expect(hub.ask('connection_request')?.content.engines).toEqual({ 3: 'p', 4: 'l', 9: 'new' });
});

test('a registration that was under way has its whole time', () => {
  const hub = createTestHub({ settings });
  const engines = [engine('p', 3, 'registering')];
  hub.tell({ type: 'hub.restored', stored: { engines, nextId: 4 }, tasks: [] });
  hub.advance(29_000);
  expect(leftovers(hub.state)).toEqual(['registering engine p']);
  hub.advance(2_000);
  expect(facts(hub).at(-1)).toEqual({ type: 'registration.ended', uuid: 'p' });
});

test('requests without a result wait for it on, on their engines; those of engines that are gone are given up', () => {
  const store = createMemoryTaskStore();
  const before = createTestHub({ settings, store });
  for (const uuid of ['a', 'b', 'c']) before.addEngine(uuid);
  const direct = (id: string, engineUuid: string): void =>
    before.tell({ type: 'direct.requested', engineUuid, message: request(id, 'execute_request') });
  for (const [id, uuid] of ['d1 a', 'd2 a', 'd3 b', 'd4 c'].map((each) => each.split(' ')) as [string, string][])
    direct(id, uuid);
  before.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('d2', 'execute_reply') });
  for (const id of ['t1', 't2']) before.tell({ type: 'task.received', message: request(id) });
  before.tell({ type: 'task.dispatched', msgId: 't2', engineUuid: 'a' });
  before.tell({ type: 'heart.stopped', uuid: 'b' });
  before.ask('unregistration_request', { id: 2 });

  const hub = follow(before, { settings });
  expect(hub.ask('queue_request', { targets: null, verbose: true })?.content).toEqual({
    status: 'ok',
    unassigned: ['t1'],
    0: { queue: ['d1'], completed: [], tasks: ['t2'] },
  });
  const ids = ['d1', 'd2', 'd3', 'd4', 't1', 't2'];
  expect(hub.ask('result_request', { msg_ids: ids, status_only: true })?.content).toMatchObject({
    pending: ['d1', 'd3', 'd4', 't1', 't2'],
    completed: ['d2'],
  });
  hub.advance(6000);
  const { content } = hub.ask('result_request', { msg_ids: ['d3', 'd4'] })!;
  expect(content).toMatchObject({
    completed: ['d3', 'd4'],
    d3: { result_content: { ename: 'EngineError', evalue: "Engine 1 died while running task 'd3'" } },
    d4: {
      result_content: { evalue: "Engine c died while running task 'd4'" },
      result_header: { msg_type: 'execute_reply' },
    },
  });
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('d1', 'execute_reply') });
  expect(hub.ask('result_request', { msg_ids: ['d1'], status_only: true })?.content).toMatchObject({
    completed: ['d1'],
  });
});

test('what a restored engine answers and nobody has on record becomes a record', () => {
  const hub = createTestHub({ settings });
  hub.tell({ type: 'hub.restored', stored: { engines: [engine('a', 0, 'registered')], nextId: 1 }, tasks: [] });
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('d1', 'apply_reply') });
  const metadata = { engine: 'a', status: 'ok', started: '2026-11-23T10:00:00.000000Z' };
  hub.tell({ type: 'task.finished', message: answerTo('t1', 'apply_reply', { metadata }) });
  expect(hub.ask('result_request', { msg_ids: ['d1', 't1'], status_only: true })?.content.completed).toEqual([
    'd1',
    't1',
  ]);
  const records = hub.ask('db_request', { query: {}, keys: ['header', 'queue', 'engine_uuid', 'completed'] })?.content
    .records;
  expect(records).toMatchObject([
    { msg_id: 'd1', queue: 'mux', header: { msg_id: 'd1' } },
    { msg_id: 't1', queue: 'task', engine_uuid: 'a', header: { msg_id: 't1' } },
  ]);
  // Who came later cannot have been asked before.
  hub.addEngine('young');
  hub.tell({ type: 'direct.replied', engineUuid: 'young', message: answerTo('x', 'apply_reply') });
  expect(hub.ask('history_request')?.content.history).toEqual(expect.not.arrayContaining(['x']));
});

test('news of the first seconds, and of the last before, are told again: clients may not have been there', () => {
  const hub = createTestHub({ settings });
  const engines = [engine('a', 0, 'registered'), engine('l', 1, 'lost')];
  const departed = [{ id: 2, uuid: 'd', kernel: 'python' }];
  hub.tell({ type: 'hub.restored', stored: { engines, nextId: 3, departed }, tasks: [] });
  hub.ask('unregistration_request', { id: 0 });
  hub.addEngine('new');
  const told = () =>
    hub
      .sentOf('clients.notify')
      .map(({ msgType, content }) => `${msgType.split('_')[0]} ${(content as StoredEngine).uuid}`);
  expect(told()).toEqual(['unregistration a', 'registration new']);
  expect(JSON.parse(engineStateText(hub.state)).muster.departed).toMatchObject([{ uuid: 'd' }, { uuid: 'a' }]);
  hub.sent.length = 0;
  hub.advance(3100);
  expect(told()).toEqual(['unregistration l', 'unregistration d', 'unregistration a', 'registration new']);
  hub.sent.length = 0;
  hub.ask('unregistration_request', { id: 3 });
  hub.advance(10_000);
  expect(told()).toEqual(['unregistration new']);
});

// What services keep for the hub they tell again: to the same hub, and to the one that follows it.

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constantFrom('receive', 'finish'), id: fc.constantFrom('t0', 't1', 't2') }),
    fc.record({ do: fc.constant('dispatch'), id: fc.constantFrom('t0', 't1', 't2'), uuid: fc.constantFrom('a', 'b') }),
    fc.record({ do: fc.constantFrom('request', 'reply'), id: fc.constantFrom('d0', 'd1', 'd2') }),
  ),
  { maxLength: 40 },
);

/** The facts of a life in which everything has its cause. */
function toFacts(drawn: readonly { do: string; id: string; uuid?: string }[]): HubFact[] {
  const open = new Set<string>();
  const ended = new Set<string>();
  const engineOf = (id: string): string => (id === 'd0' ? 'a' : 'b');
  return drawn.flatMap(({ do: what, id, uuid }): HubFact[] => {
    const begins = what === 'receive' || what === 'request';
    if (ended.has(id) || begins === open.has(id)) return [];
    open.add(id);
    if (what === 'finish' || what === 'reply') ended.add(id);
    const reply = () => answerTo(id, 'apply_reply', { metadata: { engine: 'b', status: 'ok' } });
    if (what === 'receive') return [{ type: 'task.received', message: request(id) }];
    if (what === 'dispatch') return [{ type: 'task.dispatched', msgId: id, engineUuid: uuid! }];
    if (what === 'finish') return [{ type: 'task.finished', message: reply() }];
    if (what === 'request') return [{ type: 'direct.requested', engineUuid: engineOf(id), message: request(id) }];
    return [{ type: 'direct.replied', engineUuid: engineOf(id), message: reply() }];
  });
}

function start(): TestHub {
  const hub = createTestHub({ settings, store: createMemoryTaskStore() });
  for (const uuid of ['a', 'b']) hub.addEngine(uuid);
  return hub;
}

/** All that can be asked; without the hub's own clock. */
function lookAt(hub: TestHub, withCounts: boolean): object {
  const { status: _, ...queues } = hub.ask('queue_request', { targets: null, verbose: true })!.content;
  const sorted = Object.entries(queues).map(([name, queue]) => {
    if (Array.isArray(queue)) return [name, queue.toSorted()];
    const { queue: direct, tasks, completed } = queue as Record<string, string[]>;
    return [name, direct!.toSorted(), tasks!.toSorted(), withCounts ? completed!.toSorted() : []];
  });
  const records = hub.ask('db_request', { query: {}, keys: null })!.content.records as Record<string, unknown>[];
  return { sorted, records: records.map(({ received: __, ...record }) => record) };
}

test('facts that are told again change nothing', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 4 }), (drawn, repeats) => {
      const life = toFacts(drawn);
      const once = start();
      const again = start();
      for (const fact of life) once.tell(fact);
      for (const [i, fact] of life.entries()) {
        again.tell(fact);
        // What came before is told again, up to here.
        for (const [at, back] of repeats)
          if (at === i) for (const old of life.slice(Math.max(0, i - back), i + 1)) again.tell(old);
      }
      expect(lookAt(again, true)).toEqual(lookAt(once, true));
    }),
    { numRuns: 300 },
  );
});

test('a hub that follows another, and is told again what that may not have stored, comes to the same', () => {
  fc.assert(
    fc.property(steps, fc.nat(40), fc.nat(40), (drawn, at, back) => {
      const life = toFacts(drawn);
      const once = start();
      for (const fact of life) once.tell(fact);
      const first = start();
      for (const fact of life.slice(0, at)) first.tell(fact);
      const second = follow(first, { settings });
      for (const fact of life.slice(Math.max(0, Math.min(at, life.length) - back))) second.tell(fact);
      expect(lookAt(second, false)).toEqual(lookAt(once, false));
    }),
    { numRuns: 300 },
  );
});
