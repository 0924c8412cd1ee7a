import type { JsonObject } from '@muster/protocol';
import { createMemoryTaskStore } from '@muster/task-store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerTo, request, startUs } from '../testing/messages.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub } from '../testing/test-hub.ts';

const start = (resultMaxAgeMs: number): TestHub => {
  const hub = createTestHub({ settings: { resultMaxAgeMs } });
  hub.tell({ type: 'hub.started' });
  return hub;
};
const run = (hub: TestHub, msgId: string): void => {
  hub.tell({ type: 'task.received', message: request(msgId) });
  hub.tell({ type: 'task.finished', message: answerTo(msgId) });
};
const expired = (msgId: string) => ({
  status: 'error',
  ename: 'ResultExpired',
  evalue: `The record of task '${msgId}' has expired: records are kept for a limited time, in limited number and size.`,
});

test('old results are looked for at the start and once a minute; more often where they live less', () => {
  const moments = (resultMaxAgeMs: number): number[] => {
    const hub = start(resultMaxAgeMs);
    hub.advance(180_000);
    return hub.sentOf('store.expire').map(({ receivedBefore }) => (receivedBefore - startUs) / 1000 + resultMaxAgeMs);
  };
  expect(moments(86_400_000)).toEqual([0, 60_000, 120_000, 180_000]);
  expect(moments(50_000)).toEqual([0, 50_000, 100_000, 150_000]);
  expect(moments(1)).toHaveLength(181);
  expect(moments(0)).toEqual([]);
});

test('what has expired is answered so wherever its id is asked for, and is not found otherwise', () => {
  const hub = start(100_000);
  hub.tell({ type: 'task.received', message: request('runs') });
  run(hub, 'old');
  hub.advance(110_000);
  run(hub, 'new');
  hub.advance(60_000);
  for (const status_only of [true, false])
    expect(hub.ask('result_request', { msg_ids: ['new', 'runs'], status_only })?.content).toMatchObject({
      pending: ['runs'],
      completed: ['new'],
    });
  expect(hub.ask('result_request', { msg_ids: ['new', 'old'] })?.content).toMatchObject(expired('old'));
  expect(hub.ask('resubmit_request', { msg_ids: ['new', 'old'] })?.content).toMatchObject(expired('old'));
  expect(hub.ask('history_request')?.content.history).toEqual(['runs', 'new']);
  expect(hub.ask('db_request', { query: { msg_id: 'old' } })?.content.records).toEqual([]);
  expect(hub.ask('purge_request', { msg_ids: ['old'] })?.content).toEqual({ status: 'ok' });
});

type Operation =
  | { do: 'direct' | 'task' | 'finish' | 'print' | 'purge' | 'resubmit'; n: number }
  | { do: 'wait'; ms: number };
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('direct', 'task'), n: fc.nat(11) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('finish' as const), n: fc.nat(11) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('print', 'purge', 'resubmit'), n: fc.nat(11) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(500, 3000, 12_000) }) },
);
const limits = fc.record({
  recordLimit: fc.integer({ min: 1, max: 6 }),
  sizeLimitBytes: fc.constantFrom(900, 3000, 100_000),
  expiredIdLimit: fc.constantFrom(2, 100),
  completedTaskLimit: fc.constantFrom(2, 100),
  pendingTaskLimit: fc.constantFrom(2, 100),
  resultMaxAgeMs: fc.constantFrom(0, 2000, 10_000),
});

/** Tasks by id: true while they run. A second life of an id does not begin. */
function live(hub: TestHub, tasks: Map<string, boolean>, next: Operation): void {
  if (next.do === 'wait') return hub.advance(next.ms);
  const msgId = [...tasks.keys()][next.n] ?? `m${next.n}`;
  const isNew = !tasks.has(msgId);
  if (next.do === 'direct' && isNew) hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request(msgId) });
  if (next.do === 'task' && isNew) hub.tell({ type: 'task.received', message: request(msgId) });
  if ((next.do === 'direct' || next.do === 'task') && isNew) tasks.set(msgId, true);
  if (next.do === 'finish' && tasks.get(msgId)) {
    const message = answerTo(msgId, 'apply_reply', { metadata: { engine: 'a' } });
    // Which way it was sent makes no difference for a result.
    hub.tell({ type: 'direct.replied', engineUuid: 'a', message });
    tasks.set(msgId, false);
  }
  if (next.do === 'print')
    hub.tell({
      type: 'iopub.published',
      message: answerTo(msgId, 'stream', { content: { name: 'stdout', text: 'x' } }),
    });
  if (next.do === 'purge') hub.ask('purge_request', { msg_ids: [msgId] });
  if (next.do === 'resubmit') {
    const { resubmitted } = hub.ask('resubmit_request', { msg_ids: [msgId] })!.content;
    for (const id of Object.values((resubmitted as JsonObject | undefined) ?? {})) tasks.set(id as string, true);
  }
}

/** Who polls for this task learns what is true of it, or that its record is gone. */
function poll(hub: TestHub, msgId: string, runs: boolean): void {
  for (const status_only of [true, false]) {
    const { content } = hub.ask('result_request', { msg_ids: [msgId], status_only })!;
    if (content.status === 'error') expect(['ResultExpired', 'KeyError']).toContain(content.ename);
    else if (runs) expect(content).toMatchObject({ pending: [msgId], completed: [] });
    else expect(content).toMatchObject({ pending: [], completed: [msgId] });
    if (content.status === 'ok' && !runs && !status_only)
      expect(content[msgId]).toMatchObject({ result_content: { status: 'ok' } });
  }
}

test('nobody waits for ever, whatever the limits remove and while whatever runs', { timeout: 120_000 }, () => {
  const told = new Map<unknown, number>();
  fc.assert(
    fc.property(limits, fc.array(operation, { minLength: 10, maxLength: 50 }), (given, operations) => {
      const { recordLimit, sizeLimitBytes, expiredIdLimit, ...settings } = given;
      const store = createMemoryTaskStore({ recordLimit, sizeLimitBytes, expiredIdLimit });
      const hub = createTestHub({ store, settings });
      hub.tell({ type: 'hub.started' });
      hub.addEngine('a');
      const tasks = new Map<string, boolean>();
      for (const next of operations) {
        live(hub, tasks, next);
        for (const [msgId, runs] of tasks) poll(hub, msgId, runs);
      }
      for (const msgId of tasks.keys()) {
        const { content } = hub.ask('result_request', { msg_ids: [msgId] })!;
        told.set(content.ename ?? 'ok', (told.get(content.ename ?? 'ok') ?? 0) + 1);
      }
    }),
    { numRuns: 100 },
  );
  // All kinds of answers were seen.
  for (const kind of ['ok', 'ResultExpired', 'KeyError']) expect(told.get(kind)).toBeGreaterThan(3);
});
