import type { Message } from '@muster/protocol';
import { buildMessage, createHeaderSource, openSigner } from '@muster/protocol';
import { packValue } from '@muster/serialize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLedger } from './ledger.ts';
import type { Task } from './task.ts';
import { createTask } from './task.ts';

const engines = [0, 1, 2].map((id) => ({ id, uuid: `e${id}`, kernel: 'node' }));
const headers = createHeaderSource('test');

function message(msgType: string, parentId: string, content: object, value?: unknown, session = 'e0'): Message {
  const header = { ...headers.next(msgType, 1e15), session };
  const init = { header, parentHeader: { msg_id: parentId }, content };
  return buildMessage(openSigner, { ...init, buffers: value === undefined ? [] : packValue(value) });
}

function setUp(limits: { maxOutputBytes?: number; outputGraceUs?: number } = {}) {
  const told: string[] = [];
  const ledger = createLedger({ maxOutputBytes: 1000, outputGraceUs: 100, ...limits }, (uuid) =>
    engines.find((engine) => engine.uuid === uuid),
  );
  const add = (
    id: string,
    kind: Task['kind'] = 'apply',
    engine: (typeof engines)[number] | null | undefined = engines[0],
  ): Task => {
    const task = createTask(id, kind, 'mux', 0, engine ?? undefined);
    task.owner = {
      settled: () => told.push(`settled ${id}`),
      printed: (_, output) => told.push(`printed ${id} ${output.kind}`),
      quiet: () => told.push(`quiet ${id}`),
    };
    ledger.add(task, engine !== null);
    return task;
  };
  return { ledger, told, add };
}

test('whatever comes in whatever order: each task settles once, goes quiet once, and nothing is left', () => {
  const event = fc.record({
    kind: fc.constantFrom('ok', 'error', 'garbage', 'idle', 'print', 'lost', 'fail', 'sweep'),
    task: fc.nat(5),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const { ledger, told, add } = setUp();
      const tasks = [0, 1, 2, 3, 4, 5].map((i) =>
        add(`t${i}`, i % 2 === 0 ? 'apply' : 'execute', i === 5 ? null : engines[i % 3]),
      );
      ledger.addGroup('group', tasks.slice(0, 3));
      let now = 0;
      for (const { kind, task } of events) {
        const id = `t${task}`;
        now += 10;
        if (kind === 'ok') ledger.replied(message('apply_reply', id, { status: 'ok' }, 1), now);
        else if (kind === 'error') ledger.replied(message('apply_reply', id, { status: 'error' }), now);
        else if (kind === 'garbage') ledger.replied(message('x', 'group', { status: 'ok' }), now);
        else if (kind === 'idle')
          ledger.published(message('status', id, { execution_state: 'idle' }, undefined, `e${task % 3}`));
        else if (kind === 'print') ledger.published(message('stream', id, { name: 'stdout', text: 'x' }));
        else if (kind === 'lost') ledger.engineLost(engines[task % 3]!);
        else if (kind === 'fail') ledger.fail(id, new Error('x'));
        else ledger.sweep(now);
      }
      ledger.failAll(() => new Error('end'));
      expect([ledger.open, ledger.trailing]).toEqual([0, 0]);
      for (const task of tasks) {
        expect(told.filter((line) => line === `settled ${task.msgId}`)).toHaveLength(1);
        expect(told.filter((line) => line === `quiet ${task.msgId}`)).toHaveLength(1);
        expect(told.findLastIndex((line) => line.startsWith(`printed ${task.msgId}`))).toBeLessThan(
          told.indexOf(`quiet ${task.msgId}`),
        );
        expect(task).toMatchObject({ settled: true, replied: true, outputComplete: true });
        expect(task.status).not.toBe('pending');
      }
    }),
    { numRuns: 500 },
  );
});

test('apply settles by its reply, execute by its reply and the end of its output', () => {
  const { ledger, told, add } = setUp();
  add('a');
  add('b', 'execute');
  for (const id of ['a', 'b']) ledger.replied(message('r', id, { status: 'ok', execution_count: 2 }, 1), 10);
  expect(told).toEqual(['settled a']);
  for (const id of ['a', 'b']) ledger.published(message('status', id, { execution_state: 'idle' }));
  expect(told).toEqual(['settled a', 'quiet a', 'settled b', 'quiet b']);
});

test('the end of output of an engine that a retry has left behind does not count', () => {
  const { ledger, told, add } = setUp();
  const task = add('a', 'apply', null);
  const idle = (session: string) =>
    ledger.published(message('status', 'a', { execution_state: 'idle' }, undefined, session));
  idle('e0');
  const init = { header: headers.next('r', 1e15), parentHeader: { msg_id: 'a' }, metadata: { engine: 'e1' } };
  ledger.replied(buildMessage(openSigner, { ...init, content: { status: 'ok' }, buffers: packValue(1) }), 10);
  idle('e0');
  ledger.published(message('stream', 'a', { name: 'stdout', text: 'late' }));
  idle('e1');
  expect(told).toEqual(['settled a', 'printed a stdout', 'quiet a']);
  expect(task.engineId).toBe(1);
});

test('errors made by the controller bring no output with them', () => {
  const { ledger, told, add } = setUp();
  add('a', 'apply', null);
  ledger.replied(message('r', 'a', { status: 'error', ename: 'TaskTimeout', engine_info: {} }), 10);
  expect(told).toEqual(['settled a', 'quiet a']);
});

test('output is kept up to its limit, and waited for up to its time', () => {
  const { ledger, add } = setUp({ maxOutputBytes: 10 });
  const task = add('a');
  for (const text of ['12345', '123456', '12345', '1'])
    ledger.published(message('stream', 'a', { name: 'stdout', text }));
  expect(task).toMatchObject({ stdout: '1234512345', outputTruncated: true });
  ledger.replied(message('r', 'a', { status: 'ok' }, 1), 10);
  ledger.sweep(109);
  expect(task.outputComplete).toBe(false);
  ledger.sweep(110);
  expect(task.outputComplete).toBe(true);
});
