import { packValue } from '@muster/serialize';
import { expect, test } from 'vitest';
import { startTestCluster, until } from './testing/cluster.ts';
import type { FakeReply, Script } from './testing/fake-controller.ts';

/** Answers questions to the hub by their type; anything else as usual. */
const hub =
  (answers: Record<string, (content: never) => FakeReply>): Script =>
  ({ message, content }) =>
    answers[message.header.msg_type]?.(content as never) ?? 'default';

const ok = (content: object): FakeReply => ({ content: { status: 'ok', ...content } });

test('questions to the hub', async () => {
  const { client, controller } = await startTestCluster();
  const queue = { queue: 1, completed: 2, tasks: 0 };
  controller.script = hub({
    queue_request: ({ targets }) =>
      ok(targets === null ? { 0: queue, 1: queue, unassigned: 4 } : { 1: queue, unassigned: 4 }),
    history_request: () => ok({ history: ['a', 'b'] }),
    result_request: () => ok({ pending: ['a'], completed: ['b'] }),
    purge_request: () => ok({}),
    resubmit_request: () => ok({ resubmitted: { a: 'a2' } }),
    db_request: ({ keys }: { keys: string[] | null }) => ({
      content: {
        status: 'ok',
        records: [{ msg_id: 'a' }, { msg_id: 'b' }],
        buffer_lens: keys === null ? null : [1, 0],
        result_buffer_lens: keys === null ? null : [1, 2],
      },
      buffers: keys === null ? [] : ['a1', 'ra1', 'rb1', 'rb2'].map((text) => Buffer.from(text)),
    }),
  });
  expect(await client.queueStatus()).toEqual({ engines: { 0: queue, 1: queue }, unassigned: 4 });
  expect(await client.queueStatus({ targets: 1 })).toEqual({ engines: { 1: queue }, unassigned: 4 });
  expect(await client.history()).toEqual(['a', 'b']);
  expect(await client.resultStatus(['a', 'b'])).toEqual({ pending: ['a'], completed: ['b'] });
  expect(await client.resubmit(['a'])).toEqual(['a2']);
  await client.purge({ msgIds: 'all' });
  expect(await client.dbQuery({ completed: { $ne: null } })).toEqual([{ msg_id: 'a' }, { msg_id: 'b' }]);
  const [a, b] = await client.dbQuery({}, ['buffers', 'result_buffers']);
  const texts = (list: unknown): string[] => (list as Uint8Array[]).map((bytes) => Buffer.from(bytes).toString());
  expect([texts(a!.buffers), texts(a!.result_buffers)]).toEqual([['a1'], ['ra1']]);
  expect([texts(b!.buffers), texts(b!.result_buffers)]).toEqual([[], ['rb1', 'rb2']]);
});

test("the hub's refusal is a RemoteError; its silence a timeout", async () => {
  const { client, controller } = await startTestCluster([], { limits: { askTimeoutMs: 30 } });
  await expect(client.history()).rejects.toMatchObject({ name: 'RemoteError', ename: 'KeyError' });
  controller.script = () => undefined;
  await expect(client.history()).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('history_request'),
  });
  expect(client.load.questions).toBe(0);
});

test('a shutdown is done when the hub says so, by its answer or to everybody, whichever comes first', async () => {
  const { client, controller } = await startTestCluster([]);
  controller.script = ({ message }) => {
    if (message.header.msg_type !== 'shutdown_request') return 'default';
    controller.notify('shutdown_notification', { status: 'ok' });
    return undefined;
  };
  await client.shutdown({ hub: true });
  await expect(client.history()).rejects.toMatchObject({ code: 'client_closed' });
});

test('results by id wait for what has not ended, and tell unknown ids apart', async () => {
  const { client, controller } = await startTestCluster();
  const [engine] = client.engines;
  let asked = 0;
  const record = (result: object, type: string, io: object = {}) => ({
    header: { msg_id: 'x', msg_type: `${type}_request`, date: '2026-11-22T11:36:41Z' },
    result_header: { msg_type: `${type}_reply`, date: '2026-11-22T11:36:43Z' },
    result_metadata: { engine: engine!.uuid, started: '2026-11-22T11:36:42Z' },
    result_content: result,
    received: '2026-11-22T11:36:43.5Z',
    io: { stdout: '', stderr: '', ...io },
  });
  const records: Record<string, [object, Uint8Array[]]> = {
    value: [record({ status: 'ok' }, 'apply', { stdout: 'hi' }), packValue([new Float64Array(200)])],
    code: [
      record({ status: 'ok', execution_count: 3 }, 'execute', { execute_result: { data: { 'text/plain': '5' } } }),
      [],
    ],
    bad: [record({ status: 'error', ename: 'TypeError', evalue: 'no', traceback: ['at x'] }, 'apply'), []],
  };
  controller.script = hub({
    result_request: ({ msg_ids, status_only }: { msg_ids: string[]; status_only: boolean }) => {
      if (msg_ids.includes('unknown'))
        return { content: { status: 'error', ename: 'KeyError', evalue: 'No such message: unknown', traceback: [] } };
      if (msg_ids.includes('old'))
        return { content: { status: 'error', ename: 'ResultExpired', evalue: 'old has expired', traceback: [] } };
      // The last one ends only later.
      const completed = msg_ids.filter((id) => id !== 'bad' || asked++ > 1);
      if (status_only) return ok({ completed, pending: msg_ids.filter((id) => !completed.includes(id)) });
      const [content, buffers] = records[msg_ids[0]!]!;
      return { ...ok({ pending: [], completed: msg_ids, [msg_ids[0]!]: content }), buffers };
    },
  });
  const result = client.getResult(['code', 'value', 'unknown', 'bad', 'old']);
  expect(await result.outcomes()).toMatchObject([
    { value: { executionCount: 3, text: '5' } },
    { value: [new Float64Array(200)] },
    { reason: { ename: 'KeyError' } },
    { reason: { ename: 'TypeError', engineId: 0, remoteStack: 'at x' } },
    { reason: { code: 'result_expired', message: 'old has expired', remedy: expect.stringContaining('max_age') } },
  ]);
  expect(result.tasks[1]).toMatchObject({ engineId: 0, stdout: 'hi', kind: 'apply' });
  expect(result.serialTimeMs).toBe(3000);
  expect(await client.getResult(['value'])).toEqual([[new Float64Array(200)]]);
});

test('results by id end when the client closes', async () => {
  const { client, controller } = await startTestCluster();
  controller.script = hub({ result_request: () => ok({ pending: ['a', 'b'], completed: [] }) });
  const result = client.getResult(['a', 'b']);
  await client.queueStatus().catch(() => {});
  await client.close();
  await expect(result).rejects.toMatchObject({ errors: [{ code: 'client_closed' }] });
});

test('abort, clear, interrupt and shutdown go to the engines by control', async () => {
  const { client, controller } = await startTestCluster();
  const asked = () =>
    controller.requests.splice(0).map(({ message, engine, content }) => [message.header.msg_type, engine?.id, content]);
  await client.abort({ msgIds: ['x'], targets: 1 });
  expect(asked()).toEqual([['abort_request', 1, { msg_ids: ['x'] }]]);
  await client.clear();
  expect(asked()).toEqual([
    ['clear_request', 0, {}],
    ['clear_request', 1, {}],
  ]);
  await client.interrupt({ targets: [0] });
  expect(asked()).toEqual([['signal_request', 0, { sig: 2 }]]);
  controller.script = hub({ shutdown_request: () => ok({}) });
  await client.shutdown({ hub: true });
  expect(asked()).toEqual([
    ['shutdown_request', 0, { restart: false }],
    ['shutdown_request', 1, { restart: false }],
    ['shutdown_request', undefined, {}],
  ]);
  await expect(client.history()).rejects.toMatchObject({ code: 'client_closed' });
});

test('answers that went missing are fetched from the records; tasks that are unknown there fail', async () => {
  const { client, controller } = await startTestCluster(['node'], { limits: { probeMs: 40, goneMs: 100_000 } });
  controller.script = ({ message, channel, content }) => {
    if (channel !== 'registration') return undefined;
    const { msg_ids: ids, status_only: statusOnly } = content as { msg_ids?: string[]; status_only?: boolean };
    if (message.header.msg_type !== 'result_request') return 'default';
    const old = ids!.find((id) => id === expired.msgIds[0]);
    if (old !== undefined)
      return { content: { status: 'error', ename: 'ResultExpired', evalue: `${old} has expired`, traceback: [] } };
    const unknown = ids!.find((id) => id === lost.msgIds[0]);
    if (unknown !== undefined)
      return { content: { status: 'error', ename: 'KeyError', evalue: unknown, traceback: [] } };
    const completed = ids!.filter((id) => id === missed.msgIds[0]);
    if (statusOnly) return ok({ completed, pending: ids!.filter((id) => !completed.includes(id)) });
    const record = {
      header: { msg_type: 'apply_request' },
      result_content: { status: 'ok' },
      io: { stdout: 'once', stderr: 'late' },
    };
    return { ...ok({ completed, pending: [], [completed[0]!]: record }), buffers: packValue('found') };
  };
  const missed = client.view(0).apply(() => 1);
  const lost = client.loadBalancedView().apply(() => 2);
  const expired = client.loadBalancedView().apply(() => 4);
  const runs = client.loadBalancedView().apply(() => 3);
  await until(() => controller.requests.length >= 4);
  controller.publish(controller.requests[0]!.message, 'stream', { name: 'stdout', text: 'once' });
  expect(await missed).toBe('found');
  expect([missed.stdout, missed.stderr]).toEqual(['once', 'late']);
  await expect(lost).rejects.toMatchObject({ code: 'task_lost' });
  await expect(expired).rejects.toMatchObject({ code: 'result_expired' });
  expect(runs.ready).toBe(false);
  expect(client.load.tasks).toBe(1);
});
