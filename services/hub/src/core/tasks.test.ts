import type { JsonObject } from '@muster/protocol';
import { expect, test } from 'vitest';
import { answerTo, request, withContentBytes } from '../testing/messages.ts';
import { createTestHub } from '../testing/test-hub.ts';
import { leftovers } from './state.ts';

const record = (hub: ReturnType<typeof createTestHub>, msgId: string): JsonObject | undefined =>
  (hub.ask('db_request', { query: { msg_id: msgId }, keys: [] })!.content.records as JsonObject[])[0];

test('a direct request is recorded, pending, then completed by its reply', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  const metadata = { label: 'mine' };
  hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request('m1', 'apply_request', { metadata }) });
  expect(record(hub, 'm1')).toMatchObject({
    header: { msg_id: 'm1', session: 'session-of-client' },
    metadata,
    content: {},
    submitted: '2026-09-21T14:13:20Z',
    client_uuid: 'session-of-client',
    engine_uuid: 'a',
    queue: 'mux',
    label: 'mine',
    started: null,
    completed: null,
    received: null,
    resubmitted: null,
    result_header: null,
    stdout: '',
  });
  expect(hub.ask('queue_request', { targets: ['a'], verbose: true })?.content).toEqual({
    status: 'ok',
    unassigned: [],
    0: { queue: ['m1'], completed: [], tasks: [] },
  });
  const replyMetadata = { engine: 'a', started: '2026-09-21T14:13:21.5Z', status: 'ok' };
  const message = answerTo('m1', 'apply_reply', { metadata: replyMetadata, buffers: [Uint8Array.of(9)] });
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message });
  expect(record(hub, 'm1')).toMatchObject({
    engine_uuid: 'a',
    started: '2026-09-21T14:13:21.500000Z',
    completed: '2026-09-21T14:13:20Z',
    received: expect.stringMatching(/^2026-09-21T14:13:20/),
    result_header: { msg_type: 'apply_reply' },
    result_metadata: replyMetadata,
    result_content: { status: 'ok' },
  });
  expect(hub.ask('queue_request', { targets: null })?.content[0]).toEqual({ queue: 0, completed: 1, tasks: 0 });
  expect(leftovers(hub.state)).toEqual([]);
});

test('a direct request for an engine that is gone is not recorded, but noted, and its client is told', () => {
  const hub = createTestHub();
  hub.tell({ type: 'direct.requested', engineUuid: 'nobody', message: request('m1') });
  expect(hub.sentOf('request.fail')).toEqual([]);
  hub.advance(5001);
  expect(leftovers(hub.state)).toEqual([]);
  expect(hub.sentOf('request.fail')).toEqual([
    expect.objectContaining({
      engineUuid: 'nobody',
      parent: expect.objectContaining({ msg_id: 'm1' }),
      msgType: 'apply_reply',
      content: expect.objectContaining({ status: 'error', ename: 'EngineError' }),
    }),
  ]);
  expect(record(hub, 'm1')).toBeUndefined();
  expect(hub.sentOf('note').at(-1)).toMatchObject({ what: 'direct request for an engine that is not registered' });
});

test('messages that get no reply have no record', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request('m1', 'comm_msg') });
  expect(leftovers(hub.state)).toEqual([]);
});

test('a late second reply overwrites the record and counts once', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request('m1') });
  for (const status of ['ok', 'aborted'])
    hub.tell({
      type: 'direct.replied',
      engineUuid: 'a',
      message: answerTo('m1', 'apply_reply', { content: { status } }),
    });
  expect(record(hub, 'm1')?.result_content).toEqual({ status: 'aborted' });
  expect(hub.ask('queue_request', { targets: null })?.content[0]).toMatchObject({ completed: 1 });
});

test('replies without a parent or to unknown requests are ignored', () => {
  const hub = createTestHub();
  hub.addEngine('a');
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('never') });
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: request('x', 'apply_reply') });
  hub.tell({ type: 'task.finished', message: request('x', 'apply_reply') });
  expect(record(hub, 'never')).toBeUndefined();
  expect(hub.ask('history_request')?.content).toEqual({ status: 'ok', history: [] });
});

test('a task is unassigned, given to an engine, given to another, and finished', () => {
  const hub = createTestHub();
  for (const uuid of ['a', 'b']) hub.addEngine(uuid);
  const queues = () => {
    const {
      0: a,
      1: b,
      unassigned,
    } = hub.ask('queue_request', { targets: null })!.content as Record<string, JsonObject>;
    return { unassigned, a: a?.tasks, b: b?.tasks, done: [a?.completed, b?.completed] };
  };
  const received = { type: 'task.received', message: request('t1') } as const;
  hub.tell(received);
  expect(queues()).toEqual({ unassigned: 1, a: 0, b: 0, done: [0, 0] });
  hub.tell({ type: 'task.dispatched', msgId: 't1', engineUuid: 'a' });
  expect(queues()).toEqual({ unassigned: 0, a: 1, b: 0, done: [0, 0] });
  expect(record(hub, 't1')).toMatchObject({ engine_uuid: 'a', queue: 'task' });
  hub.tell({ type: 'task.dispatched', msgId: 't1', engineUuid: 'b' });
  expect(queues()).toEqual({ unassigned: 0, a: 0, b: 1, done: [0, 0] });
  expect(hub.ask('load_request', { targets: [0, 'b'] })?.content).toEqual({ status: 'ok', 0: 0, 1: 1 });
  const finished = {
    type: 'task.finished',
    message: answerTo('t1', 'apply_reply', { metadata: { engine: 'b' } }),
  } as const;
  // Facts may be repeated, in any order after the end.
  for (const fact of [finished, finished, received, { type: 'task.dispatched', msgId: 't1', engineUuid: 'a' } as const])
    hub.tell(fact);
  expect(queues()).toEqual({ unassigned: 0, a: 0, b: 0, done: [0, 1] });
  expect(leftovers(hub.state)).toEqual([]);
});

test("an error of the scheduler completes a task with engine_uuid '', an aborted one is not counted", () => {
  const hub = createTestHub();
  hub.addEngine('a');
  for (const id of ['t1', 't2']) hub.tell({ type: 'task.received', message: request(id) });
  const content = { status: 'error', ename: 'TaskTimeout', evalue: '', traceback: [], engine_info: {} };
  hub.tell({ type: 'task.finished', message: answerTo('t1', 'apply_reply', { content }) });
  const metadata = { engine: 'a', status: 'aborted' };
  hub.tell({
    type: 'task.finished',
    message: answerTo('t2', 'apply_reply', { metadata, content: { status: 'aborted' } }),
  });
  expect(record(hub, 't1')).toMatchObject({ engine_uuid: '', result_content: content });
  expect(hub.ask('queue_request', { targets: null })?.content).toMatchObject({ 0: { completed: 0 }, unassigned: 0 });
});

test('output goes into the record, whatever comes first', () => {
  const hub = createTestHub();
  const publish = (msgType: string, content: JsonObject) =>
    hub.tell({ type: 'iopub.published', message: answerTo('m1', msgType, { content }) });
  publish('stream', { name: 'stdout', text: 'one ' });
  expect(hub.ask('history_request')?.content.history).toEqual([]);
  hub.addEngine('a');
  hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request('m1', 'execute_request') });
  publish('stream', { name: 'stdout', text: 'two' });
  publish('stream', { name: 'stderr', text: 'oops' });
  publish('execute_input', { code: '1+1', execution_count: 1 });
  publish('execute_result', { data: { 'text/plain': '2' }, metadata: {}, execution_count: 1 });
  publish('display_data', { data: { 'text/plain': 'a' }, metadata: {} });
  publish('display_data', { data: { 'text/plain': 'b' }, metadata: {} });
  publish('error', { ename: 'E', evalue: 'e', traceback: [] });
  publish('status', { execution_state: 'idle' });
  publish('comm_open', { data: {} });
  expect(record(hub, 'm1')).toMatchObject({
    stdout: 'one two',
    stderr: 'oops',
    execute_input: '1+1',
    execute_result: { data: { 'text/plain': '2' } },
    display_data: { data: { 'text/plain': 'b' } },
    error: { ename: 'E' },
    queue: 'mux',
  });
});

test('output that cannot be used is ignored', () => {
  const hub = createTestHub();
  const message = answerTo('m1', 'stream', { content: { name: 'stdout', text: 7 } });
  hub.tell({ type: 'iopub.published', message });
  hub.tell({ type: 'iopub.published', message: withContentBytes(message, Uint8Array.of(0xff)) });
  hub.tell({ type: 'iopub.published', message: request('x', 'stream', { content: { name: 'stdout', text: 'x' } }) });
  expect(hub.ask('db_request', {})?.content.records).toEqual([]);
});

test('with too many pending, the oldest is left to the store, and its result still arrives', () => {
  const hub = createTestHub({ settings: { pendingTaskLimit: 2 } });
  hub.addEngine('a');
  for (const id of ['m1', 'm2', 'm3']) hub.tell({ type: 'direct.requested', engineUuid: 'a', message: request(id) });
  expect(leftovers(hub.state)).toHaveLength(4);
  expect(hub.ask('result_request', { msg_ids: ['m1', 'm2'] })?.content).toMatchObject({ pending: ['m1', 'm2'] });
  hub.tell({ type: 'direct.replied', engineUuid: 'a', message: answerTo('m1') });
  expect(hub.ask('result_request', { msg_ids: ['m1'] })?.content).toMatchObject({ completed: ['m1'], m1: {} });
});

test('fifty thousand tasks leave nothing but the limits in memory', { timeout: 120_000 }, () => {
  const hub = createTestHub({ settings: { completedTaskLimit: 1000, completedPerEngineLimit: 10 } });
  hub.addEngine('a');
  for (let n = 0; n < 50_000; n++) {
    hub.tell({ type: 'task.received', message: request(`t${n}`) });
    hub.tell({ type: 'task.dispatched', msgId: `t${n}`, engineUuid: 'a' });
    hub.tell({ type: 'task.finished', message: answerTo(`t${n}`, 'apply_reply', { metadata: { engine: 'a' } }) });
  }
  const [engine] = [...hub.state.engines.values()];
  expect(hub.state.completed.size).toBeLessThanOrEqual(1000);
  expect(engine?.completed.size).toBe(10);
  expect(engine?.completed.count).toBe(50_000);
  expect(leftovers(hub.state)).toEqual([]);
  expect((hub.ask('history_request')!.content.history as string[]).length).toBeLessThanOrEqual(1024);
});
