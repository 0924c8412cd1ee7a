import type { JsonObject } from '@muster/protocol';
import { packJson } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import { createMemoryTaskStore, createNoTaskStore } from '@muster/task-store';
import { expect, test } from 'vitest';
import { answerTo, header, request, withContentBytes } from '../testing/messages.ts';
import type { TestHub } from '../testing/test-hub.ts';
import { createTestHub } from '../testing/test-hub.ts';
import { leftovers } from './state.ts';

const noData = { status: 'error', ename: 'NoData', evalue: "NoDB backend doesn't store any data. ", engine_info: {} };

/** A hub with engine 0 (uuid a) and these direct requests; those named in `done` have their result, of one byte. */
function hubWith(msgIds: string[], done: string[] = [], store?: TaskStore): TestHub {
  const hub = createTestHub(store ? { store } : {});
  hub.addEngine('a');
  for (const id of msgIds) hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request(id) });
  done.forEach((id, n) => {
    const parts = { metadata: { engine: 'a' }, buffers: [Uint8Array.of(n)] };
    hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo(id, 'apply_reply', parts) });
  });
  return hub;
}
const bytes = (buffers: readonly Uint8Array[] | undefined): number[][] => (buffers ?? []).map((buffer) => [...buffer]);

test('an unknown type and content that cannot be read are answered by hub_error', () => {
  const hub = createTestHub();
  expect(hub.ask('what_request')).toMatchObject({
    msgType: 'hub_error',
    content: { status: 'error', ename: 'KeyError', evalue: `"Bad Message Type: 'what_request'"`, engine_info: {} },
  });
  const broken = { msgType: 'hub_error', content: { status: 'error', ename: 'ValueError' } };
  for (const content of [Uint8Array.of(1), packJson([]), new Uint8Array(0)])
    expect(hub.query(withContentBytes(request('q', 'history_request'), content))).toMatchObject(broken);
  for (const [type, content] of [
    ['result_request', {}],
    ['result_request', { msg_ids: [7] }],
    ['db_request', { query: 'x' }],
    ['db_request', { keys: 'x' }],
    ['queue_request', { targets: { x: 1 } }],
    ['resubmit_request', { msg_ids: null }],
    ['purge_request', { msg_ids: 'some' }],
    ['unregistration_request', { id: 'x' }],
  ] as const)
    expect(hub.ask(type, content as JsonObject)).toMatchObject(broken);
  expect(leftovers(hub.state)).toEqual([]);
});

test('queue_request knows engines by number and uuid, and refuses others', () => {
  const hub = hubWith(['m1']);
  hub.addEngine('b');
  const one = { queue: 1, completed: 0, tasks: 0 };
  const none = { queue: 0, completed: 0, tasks: 0 };
  expect(hub.ask('queue_request', { targets: null })?.content).toEqual({
    status: 'ok',
    unassigned: 0,
    0: one,
    1: none,
  });
  expect(hub.ask('queue_request')?.content).toEqual({ status: 'ok', unassigned: 0, 0: one, 1: none });
  expect(hub.ask('queue_request', { targets: ['a'] })?.content).toEqual({ status: 'ok', unassigned: 0, 0: one });
  expect(hub.ask('queue_request', { targets: 1 })?.content).toEqual({ status: 'ok', unassigned: 0, 1: none });
  const refused = (evalue: string) => ({ msgType: 'hub_error', content: { ename: 'IndexError', evalue } });
  expect(hub.ask('queue_request', { targets: [0, 999] })).toMatchObject(refused('No Such Engine: [999]'));
  expect(hub.ask('queue_request', { targets: '0' })).toMatchObject(refused("No Such Engine: ['0']"));
  expect(hub.ask('load_request', { targets: [] })).toMatchObject(refused('No Engines Registered'));
  hub.ask('unregistration_request', { id: 0 });
  hub.ask('unregistration_request', { id: 1 });
  expect(hub.ask('queue_request', { targets: null })?.content).toEqual({ status: 'ok', unassigned: 0 });
});

test('results come with their buffers in the order of sorted msg_ids', () => {
  const hub = hubWith(['m1', 'm2', 'm3'], ['m2', 'm1']);
  const asked = { msg_ids: ['m3', 'm2', 'm1', 'm2'] };
  expect(hub.ask('result_request', { ...asked, status_only: true })?.content).toEqual({
    status: 'ok',
    pending: ['m3'],
    completed: ['m1', 'm2'],
  });
  const answer = hub.ask('result_request', asked);
  expect(answer).toMatchObject({
    msgType: 'result_reply',
    content: {
      status: 'ok',
      pending: ['m3'],
      completed: ['m1', 'm2'],
      m1: {
        header: { msg_id: 'm1', date: header('', '').date },
        metadata: {},
        result_header: { msg_type: 'apply_reply' },
        result_metadata: { engine: 'a' },
        result_content: { status: 'ok' },
        received: expect.any(String),
        io: { execute_input: null, execute_result: null, error: null, stdout: '', stderr: '' },
      },
    },
  });
  expect(bytes(answer?.buffers)).toEqual([[1], [0]]);
});

test('an unknown task is a KeyError, whoever else is asked for', () => {
  const hub = hubWith(['m1'], ['m1']);
  const refused = { msgType: 'result_reply', content: { ename: 'KeyError', evalue: "'No such message: x'" } };
  expect(hub.ask('result_request', { msg_ids: ['m1', 'x'] })).toMatchObject(refused);
  expect(hub.ask('result_request', { msg_ids: ['x'], status_only: true })).toMatchObject(refused);
});

test('a stub is no task, so nobody waits for its result', () => {
  const hub = createTestHub();
  const output = answerTo('broadcast_a', 'stream', { content: { name: 'stdout', text: 'x' } });
  hub.tell({ type: 'iopub.published', message: output });
  expect(hub.ask('result_request', { msg_ids: ['broadcast_a'] })?.content.ename).toBe('KeyError');
  expect(hub.ask('resubmit_request', { msg_ids: ['broadcast_a'] })?.content.evalue).toBe(
    `"No such msg(s): ['broadcast_a']"`,
  );
});

test('a task that only the store remembers is completed, or pending, as its record says', () => {
  const store = createMemoryTaskStore();
  store.put('old', { header: header('apply_request', 'old'), submitted: 1, completed: 2 }, 'create');
  store.put('open', { header: header('apply_request', 'open'), submitted: 1 }, 'create');
  const hub = hubWith([], [], store);
  for (const status_only of [true, false])
    expect(hub.ask('result_request', { msg_ids: ['open', 'old'], status_only })?.content).toMatchObject({
      pending: ['open'],
      completed: ['old'],
    });
});

test('an expired result is an error for who waits, not a wait without end', () => {
  const hub = hubWith(['m1', 'm2'], ['m1'], createMemoryTaskStore({ recordLimit: 1 }));
  expect(hub.ask('result_request', { msg_ids: ['m1'] })?.content).toMatchObject({
    ename: 'ResultExpired',
    evalue: "The record of task 'm1' has expired: records are kept for a limited time, in limited number and size.",
  });
  expect(hub.ask('result_request', { msg_ids: ['m1'], status_only: true })?.content).toMatchObject({
    completed: ['m1'],
  });
});

test('history, and records with the keys asked for', () => {
  const hub = hubWith(['m2', 'm1'], ['m1']);
  expect(hub.ask('history_request')?.content).toEqual({ status: 'ok', history: ['m2', 'm1'] });
  const answer = hub.ask('db_request', {
    query: { completed: { $ne: null } },
    keys: ['queue', 'buffers', 'result_buffers'],
  });
  expect(answer?.content).toEqual({
    status: 'ok',
    records: [{ msg_id: 'm1', queue: 'mux' }],
    buffer_lens: [2],
    result_buffer_lens: [1],
  });
  expect(bytes(answer?.buffers)).toEqual([[1], [2], [0]]);
  const plain = hub.ask('db_request', { query: {}, keys: null });
  expect(plain?.content).toMatchObject({ buffer_lens: null, result_buffer_lens: null });
  expect(plain?.buffers).toEqual([]);
  const only = hub.ask('db_request', { query: {}, keys: ['result_buffers'] });
  expect(only?.content).toMatchObject({ buffer_lens: null, result_buffer_lens: [0, 1] });
});

test.each([
  [{ query: { a: { $bad: 1 } } }, 'KeyError', "'$bad'"],
  [{ keys: ['nokey'] }, 'KeyError', "'nokey'"],
  [{ query: { a: { $in: 1 } } }, 'ValueError', '$in takes a list'],
])('db_request %j is answered by %s %s', (content, ename, evalue) => {
  const hub = hubWith(['m1']);
  expect(hub.ask('db_request', content as JsonObject)).toMatchObject({
    msgType: 'db_reply',
    content: { status: 'error', ename, evalue },
  });
});

test('purge drops ended tasks and stubs, those named, and those of engines', () => {
  const hub = hubWith(['m1', 'm2', 'm3'], ['m1', 'm2']);
  hub.tell({
    type: 'iopub.published',
    message: answerTo('stub', 'stream', { content: { name: 'stdout', text: 'x' } }),
  });
  const left = () =>
    (hub.ask('db_request', { query: {} })!.content.records as JsonObject[]).map((record) => record.msg_id);
  const ok = { msgType: 'purge_reply', content: { status: 'ok' } };
  const refused = (evalue: string) => ({ msgType: 'purge_reply', content: { ename: 'IndexError', evalue } });
  expect(hub.ask('purge_request', { msg_ids: ['m1', 'm3'] })).toMatchObject(refused("msg pending: 'm3'"));
  expect(hub.ask('purge_request', { msg_ids: ['m1'], engine_ids: [7] })).toMatchObject(refused('No such engine: 7'));
  expect(left()).toEqual(['m1', 'm2', 'm3', 'stub']);
  expect(hub.ask('purge_request', { msg_ids: ['m1', 'nobody'] })).toMatchObject(ok);
  expect(left()).toEqual(['m2', 'm3', 'stub']);
  expect(hub.ask('purge_request')).toMatchObject(ok);
  expect(hub.ask('purge_request', { engine_ids: [0] })).toMatchObject(ok);
  expect(left()).toEqual(['m3', 'stub']);
  expect(hub.ask('purge_request', { msg_ids: 'all' })).toMatchObject(ok);
  expect(left()).toEqual(['m3']);
  expect(hub.ask('result_request', { msg_ids: ['m1'], status_only: true })?.content).toMatchObject({
    completed: ['m1'],
  });
  expect(hub.ask('result_request', { msg_ids: ['m1'] })?.content.ename).toBe('KeyError');
  expect(hub.ask('queue_request', { targets: null })?.content[0]).toMatchObject({ completed: 2 });
});

test('resubmit runs tasks again under new ids, with all of the header but id and date', () => {
  const hub = hubWith(['m1', 'm2'], ['m1']);
  hub.advance(1000);
  const answer = hub.ask('resubmit_request', { msg_ids: ['m1', 'm2', 'm1'] });
  const { m1, m2 } = answer!.content.resubmitted as Record<string, string>;
  expect(answer).toMatchObject({ msgType: 'resubmit_reply', content: { status: 'ok', resubmitted: { m1, m2 } } });
  expect(new Set([m1, m2, 'm1', 'm2']).size).toBe(4);
  const [sent] = hub.sentOf('task.resubmit');
  const { msg_id, date, ...rest } = sent!.header;
  const old = header('apply_request', 'm1');
  expect(msg_id).toBe(m1);
  expect(date > old.date).toBe(true);
  expect({ ...rest, msg_id: 'm1', date: old.date }).toEqual(old);
  expect(bytes(sent?.buffers)).toEqual([[1], [2]]);
  const message = request(m1!);
  hub.tell({ type: 'task.received', message });
  expect(hub.ask('queue_request', { targets: null })?.content).toMatchObject({ unassigned: 2, 0: { queue: 1 } });
  expect(hub.ask('result_request', { msg_ids: [m1!] })?.content).toMatchObject({ pending: [m1] });
  hub.tell({ type: 'task.finished', message: answerTo(m1!) });
  expect(hub.ask('result_request', { msg_ids: [m1!] })?.content).toMatchObject({ completed: [m1] });
  const records = hub.ask('db_request', { query: { resubmitted: { $ne: null } }, keys: ['resubmitted'] })?.content
    .records;
  expect(records).toEqual([
    { msg_id: 'm1', resubmitted: m1 },
    { msg_id: 'm2', resubmitted: m2 },
  ]);
});

test('resubmit of an unknown task runs nothing', () => {
  const hub = hubWith(['m1']);
  expect(hub.ask('resubmit_request', { msg_ids: ['m1', 'x', "y'"] })).toMatchObject({
    msgType: 'resubmit_reply',
    content: { ename: 'KeyError', evalue: expect.stringContaining('No such msg(s): ') },
  });
  expect(hub.sentOf('task.resubmit')).toEqual([]);
});

test('without a store, questions about records are refused and the rest works', () => {
  const hub = hubWith(['m1', 'm2'], ['m1'], createNoTaskStore());
  for (const type of ['history_request', 'db_request']) expect(hub.ask(type)?.content).toMatchObject(noData);
  for (const type of ['result_request', 'resubmit_request'])
    expect(hub.ask(type, { msg_ids: ['m1'] })?.content).toMatchObject(noData);
  const asked = { msg_ids: ['m1', 'm2'], status_only: true };
  expect(hub.ask('result_request', asked)?.content).toMatchObject({ pending: ['m2'], completed: ['m1'] });
  expect(hub.ask('purge_request', { msg_ids: 'all' })?.content).toEqual({ status: 'ok' });
  expect(hub.ask('queue_request', { targets: 0 })?.content[0]).toEqual({ queue: 1, completed: 1, tasks: 0 });
});

test('shutdown is answered, told to all, and done a second later, once', () => {
  const hub = createTestHub();
  expect(hub.ask('shutdown_request')).toMatchObject({ msgType: 'shutdown_reply', content: { status: 'ok' } });
  expect(hub.ask('shutdown_request')).toMatchObject({ msgType: 'shutdown_reply', content: { status: 'ok' } });
  expect(hub.sentOf('clients.notify')).toMatchObject([
    { msgType: 'shutdown_notification', parent: { msg_id: 'query-0' }, content: { status: 'ok' } },
  ]);
  hub.advance(999);
  expect(hub.sentOf('controller.stop')).toEqual([]);
  hub.advance(2);
  expect(hub.sentOf('controller.stop')).toHaveLength(1);
  expect(hub.timers()).toBe(0);
});

test('shutdown is refused where somebody else runs the services, with what to do, and nothing ends', () => {
  const hub = createTestHub({ settings: { acceptsShutdown: false } });
  expect(hub.ask('shutdown_request')).toMatchObject({
    msgType: 'shutdown_reply',
    content: { status: 'error', ename: 'PermissionError', evalue: expect.stringContaining('docker compose down') },
  });
  hub.advance(10_000);
  expect([hub.sentOf('clients.notify'), hub.sentOf('controller.stop')]).toEqual([[], []]);
});

test('questions beyond the limit of a store that does not answer are refused', () => {
  const never = { ...createMemoryTaskStore(), history: () => new Promise<never>(() => {}) };
  const hub = createTestHub({ store: never, settings: { storeQuestionLimit: 2 } });
  expect([hub.ask('history_request'), hub.ask('history_request')]).toEqual([undefined, undefined]);
  expect(hub.ask('history_request')?.content.evalue).toMatch(/does not keep up/);
  expect(hub.ask('connection_request')?.content.status).toBe('ok');
});
