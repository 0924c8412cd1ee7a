// What a kernel says, message by message, without a kernel.
import type { JsonObject, Message } from '@muster/protocol';
import { expect, test, vi } from 'vitest';
import type { Outcome, Request } from '../core/index.ts';
import type { Publication } from '../kernel/wire.ts';
import { createJupyterRuns } from './runs.ts';

const request = (id: string, content: JsonObject = { code: id }): Request => ({
  peer: 'mux_out',
  ids: [],
  header: { msg_id: id, msg_type: 'execute_request', session: 'client', username: '', date: '', version: '5.3' },
  metadata: {},
  content,
  buffers: [],
  balanced: false,
});

function createModel() {
  const published: Publication[] = [];
  const ended: [run: number, outcome: Outcome][] = [];
  const sent: JsonObject[] = [];
  const runs = createJupyterRuns({
    kernel: 'some',
    execute: (content) => `own-${sent.push(content)}`,
    publish: (message) => published.push(message),
    onEnded: (run, outcome) => ended.push([run, outcome]),
  });
  const message = (parentId: string, msgType: string, content: JsonObject): Message =>
    ({ parentId, header: { msg_type: msgType }, content, buffers: [] }) as unknown as Message;
  let count = 0;
  return {
    ...{ runs, published, ended, sent },
    start: (id: string, content?: JsonObject): void =>
      runs.start({
        type: 'run.start',
        run: ++count,
        kind: 'execute',
        request: request(id, content),
        executionCount: count,
        silent: false,
      }),
    reply: (id: string, content: JsonObject): void => runs.onReply(message(id, 'execute_reply', content)),
    iopub: (id: string, msgType: string, content: JsonObject): void => runs.onIopub(message(id, msgType, content)),
  };
}
const idle = { execution_state: 'idle' };

test('a run ends when both its answer and its idle have come, in either order', () => {
  const { start, reply, iopub, ended, runs } = createModel();
  start('a');
  expect(runs.busy).toBe(true);
  iopub('own-1', 'status', { execution_state: 'busy' });
  reply('own-1', { status: 'ok', user_expressions: { x: 1 } });
  expect(ended).toEqual([]);
  iopub('own-1', 'status', idle);
  start('b');
  iopub('own-2', 'status', idle);
  reply('other', { status: 'ok' });
  expect(ended).toHaveLength(1);
  reply('own-2', { status: 'ok' });
  expect(ended).toEqual([
    [1, { status: 'ok', userExpressions: { x: 1 } }],
    [2, { status: 'ok' }],
  ]);
  expect(runs.busy).toBe(false);
});

test('a kernel that does not say that it is idle is not waited for without end', () => {
  vi.useFakeTimers();
  try {
    const { start, reply, ended } = createModel();
    start('a');
    reply('own-1', { status: 'ok' });
    vi.advanceTimersByTime(1900);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(ended).toEqual([[1, { status: 'ok' }]]);
  } finally {
    vi.useRealTimers();
  }
});

test('output goes out under the header of its request, also later; what belongs to none has no parent', () => {
  const { start, reply, iopub, published } = createModel();
  start('a');
  reply('own-1', { status: 'ok' });
  iopub('own-1', 'status', idle);
  start('b');
  iopub('own-1', 'stream', { name: 'stderr', text: 'late' });
  iopub('own-2', 'update_display_data', {});
  iopub('unknown', 'stream', { name: 'stdout', text: 'x' });
  iopub('own-2', 'execute_input', {});
  iopub('own-2', 'comm_open', {});
  expect(published.map(({ topic, msgType, parent }) => [topic, msgType, parent.msg_id])).toEqual([
    ['stderr', 'stream', 'a'],
    ['displaypub', 'update_display_data', 'b'],
    ['stdout', 'stream', undefined],
  ]);
});

test('errors are told once, by the outcome, with what the output says where the answer is silent', () => {
  const { start, reply, iopub, ended, published } = createModel();
  const fail = (answer: JsonObject, output?: JsonObject): Outcome => {
    start('x');
    const id = `own-${ended.length + 1}`;
    if (output !== undefined) iopub(id, 'error', output);
    iopub(id, 'status', idle);
    reply(id, { status: 'error', ...answer });
    return ended.at(-1)![1];
  };
  expect(fail({ ename: 'E', evalue: 'v', traceback: ['t'] }, { ename: 'other' })).toEqual({
    status: 'error',
    ename: 'E',
    evalue: 'v',
    traceback: ['t'],
  });
  expect(fail({}, { ename: 'E', evalue: 'v', traceback: ['t'] })).toMatchObject({ ename: 'E', traceback: ['t'] });
  expect(fail({ ename: '', evalue: '2', traceback: [] })).toMatchObject({ ename: 'Error', traceback: ['Error: 2'] });
  expect(fail({ status: 'abort' })).toMatchObject({ ename: 'Aborted' });
  expect(published).toEqual([]);
  expect(fail({ status: 'ok' }, { ename: 'E' })).toEqual({ status: 'ok' });
  expect(published).toMatchObject([{ msgType: 'error', content: { ename: 'E' } }]);
});

test('an interrupted run that the kernel gives no reason for is a KeyboardInterrupt', () => {
  const { start, reply, iopub, ended, runs } = createModel();
  start('a');
  runs.interrupted();
  iopub('own-1', 'status', idle);
  reply('own-1', { status: 'abort' });
  expect(ended).toMatchObject([[1, { ename: 'KeyboardInterrupt' }]]);
});

test('what is asked of the kernel: nobody is there to be asked, and what follows an error is not its affair', () => {
  const { start, sent, ended } = createModel();
  start('a', { code: 'x', silent: true, user_expressions: { a: 'b' }, allow_stdin: true, stop_on_error: true });
  start('b', { code: 7 });
  expect(sent).toEqual([
    {
      code: 'x',
      silent: true,
      store_history: false,
      user_expressions: { a: 'b' },
      allow_stdin: false,
      stop_on_error: false,
    },
  ]);
  expect(ended).toMatchObject([[2, { status: 'error', ename: 'TypeError' }]]);
});
