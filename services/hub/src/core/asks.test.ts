import type { JsonObject } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import { createMemoryTaskStore } from '@muster/task-store';
import { expect, test } from 'vitest';
import { answerTo, request } from '../testing/messages.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub } from '../testing/test-hub.ts';
import { leftovers } from './state.ts';

/** A store whose questions hang until `release` is called. */
function hangingStore() {
  const inner = createMemoryTaskStore();
  let held: (() => void)[] = [];
  const hang =
    <A extends unknown[], T>(run: (...args: A) => T) =>
    (...args: A) =>
      new Promise<Awaited<T>>((resolve) => held.push(() => resolve(run(...args) as Awaited<T>)));
  const { find, query, history, remove, removeWhere } = inner;
  const store: TaskStore = {
    ...inner,
    find: hang(find),
    query: hang(query),
    history: hang(history),
    remove: hang(remove),
    removeWhere: hang(removeWhere),
  };
  return {
    store,
    async release() {
      while (held.length > 0) {
        for (const answer of held.splice(0)) answer();
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      }
      held = [];
    },
  };
}

/** Contents of all replies of this type so far. */
const replies = (hub: TestHub, msgType: string): JsonObject[] =>
  hub.sentOf('query.reply').flatMap((sent) => (sent.msgType === msgType ? [sent.content as JsonObject] : []));

const questions: [msgType: string, content: JsonObject, replyType: string][] = [
  ['result_request', { msg_ids: ['m1'] }, 'result_reply'],
  ['result_request', { msg_ids: ['unknown'], status_only: true }, 'result_reply'],
  ['history_request', {}, 'history_reply'],
  ['db_request', { query: {} }, 'db_reply'],
  ['resubmit_request', { msg_ids: ['m1'] }, 'resubmit_reply'],
  ['purge_request', { msg_ids: 'all' }, 'purge_reply'],
];

test.each(questions)('%s %j: a store that hangs costs an error in bounded time', async (type, content, replyType) => {
  const { store, release } = hangingStore();
  const hub = createTestHub({ store, settings: { storeAnswerMs: 5000 } });
  hub.tell({ type: 'task.received', message: request('m1') });
  hub.tell({ type: 'task.finished', message: answerTo('m1') });
  expect(hub.ask(type, content)).toBeUndefined();
  hub.advance(4999);
  expect(replies(hub, replyType)).toEqual([]);
  hub.advance(2);
  const refused = { ename: 'OperationalError', evalue: 'the task store has not answered within 5 s' };
  expect(replies(hub, replyType)).toMatchObject([refused]);
  // Its late answer is nobody's.
  await release();
  expect(replies(hub, replyType)).toHaveLength(1);
  expect([leftovers(hub.state), hub.state.overdue.size, hub.timers()]).toEqual([[], 0, 0]);
});

test('each question has its own time; those that a store still has count to the limit', async () => {
  const { store, release } = hangingStore();
  const hub = createTestHub({ store, settings: { storeAnswerMs: 5000, storeQuestionLimit: 3 } });
  for (const ms of [1000, 2000, 0]) {
    hub.ask('history_request');
    hub.advance(ms);
  }
  const told = (): unknown[] => replies(hub, 'history_reply').map(({ evalue }) => String(evalue).slice(0, 30));
  const [late, full] = ['the task store has not answere', 'the task store does not keep u'];
  hub.advance(2500);
  expect(told()).toEqual([late]);
  hub.advance(1000);
  expect(told()).toEqual([late, late]);
  hub.advance(1500);
  expect(told()).toEqual([late, late, late]);
  hub.ask('history_request');
  expect(told()).toEqual([late, late, late, full]);
  await release();
  expect(hub.ask('history_request')).toBeUndefined();
  await release();
  expect(replies(hub, 'history_reply').at(-1)).toMatchObject({ status: 'ok' });
  expect([leftovers(hub.state), hub.timers()]).toEqual([[], 0]);
});

test('what is known by heart needs no store: pending, completed, queues', () => {
  const { store } = hangingStore();
  const hub = createTestHub({ store });
  for (const id of ['m1', 'm2']) hub.tell({ type: 'task.received', message: request(id) });
  hub.tell({ type: 'task.finished', message: answerTo('m1') });
  const known = { status: 'ok', pending: ['m2'], completed: ['m1'] };
  expect(hub.ask('result_request', { msg_ids: ['m1', 'm2'], status_only: true })?.content).toEqual(known);
  expect(hub.ask('result_request', { msg_ids: ['m2'] })?.content).toEqual({ ...known, completed: [] });
  expect(hub.ask('queue_request')?.content).toEqual({ status: 'ok', unassigned: 1 });
  expect(hub.sentOf('store.ask')).toEqual([]);
});
