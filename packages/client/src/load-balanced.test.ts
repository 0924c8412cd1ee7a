import { expect, test } from 'vitest';
import { startTestCluster, until } from './testing/cluster.ts';

test('tasks carry how they are to be run', async () => {
  const { client, controller } = await startTestCluster();
  const first = client.loadBalancedView().apply(() => 1);
  const [uuid] = client.engines.map((engine) => engine.uuid);
  const view = client.loadBalancedView({
    targets: 0,
    after: first,
    follow: { on: [first, 'other'], all: false, failure: true },
    retries: 3,
    timeoutMs: 2500,
    label: 'second',
  });
  expect(await view.apply((x: number) => x, 2)).toBe(2);
  expect(await client.loadBalancedView({ kernel: null }).execute('1')).toMatchObject({ text: '42' });
  expect(controller.requests.map((request) => request.message.metadata)).toEqual([
    { after: [], follow: [], timeout: 0, targets: [], retries: 0, label: null, kernel: 'node' },
    {
      after: first.msgIds,
      follow: { dependencies: [...first.msgIds, 'other'], all: false, success: true, failure: true },
      timeout: 2.5,
      targets: [uuid],
      retries: 3,
      label: 'second',
      kernel: 'node',
    },
    { after: [], follow: [], timeout: 0, targets: [], retries: 0, label: null },
  ]);
});

test('options that make no sense are refused', async () => {
  const { client } = await startTestCluster(['python']);
  const view = client.loadBalancedView();
  const refuse = (options: object) =>
    expect(() => client.loadBalancedView(options)).toThrow(expect.objectContaining({ code: 'bad_option' }));
  refuse({ retries: -1 });
  refuse({ timeoutMs: Number.NaN });
  refuse({ after: { on: 'x', success: false } });
  refuse({ after: 5 });
  expect(() => view.map((x: number) => x, [1], { chunkSize: 0 })).toThrow('chunkSize');
  expect(() => view.apply(() => 1)).toThrow(expect.objectContaining({ code: 'wrong_kernel' }));
  expect(await view.with({ kernel: 'python' }).execute('1')).toMatchObject({ text: '42' });
});

test('map in chunks: flat results in order, items as they come', async () => {
  const { client, controller } = await startTestCluster();
  const items = Array.from({ length: 25 }, (_, i) => i);
  const result = client.loadBalancedView().map((x: number, i: number) => x * 100 + i, items, { chunkSize: 10 });
  const seen: number[] = [];
  for await (const item of result) seen.push(item);
  expect(seen).toEqual(items.map((x) => x * 101));
  expect(await result).toEqual(seen);
  expect(controller.requests).toHaveLength(3);
});

test('imap in order keeps a window and takes endless sources', async () => {
  const { client, controller } = await startTestCluster();
  function* endless(): Generator<number> {
    for (let i = 0; ; i++) yield i;
  }
  const out: number[] = [];
  for await (const x of client.loadBalancedView().imap((n: number) => n * 2, endless(), { window: 3, chunkSize: 2 })) {
    out.push(x);
    if (out.length === 10) break;
  }
  expect(out).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  const calls = controller.requests.filter((request) => request.channel === 'task').length;
  expect(calls).toBeLessThanOrEqual(5 + 3);
  await until(() => client.load.tasks === 0);
});

test('imap as completed gives what is ready first, also while its source waits', async () => {
  const { client, controller } = await startTestCluster();
  const held: (() => void)[] = [];
  controller.script = async ({ channel, message }) => {
    if (channel === 'task' && String(message.content.muster).length > 0 && held.length === 0)
      await new Promise<void>((resolve) => held.push(resolve));
    return 'default' as const;
  };
  let more: (() => void) | undefined;
  async function* source(): AsyncGenerator<number> {
    yield 1;
    yield 2;
    await new Promise<void>((resolve) => {
      more = resolve;
    });
    yield 3;
  }
  const results = client.loadBalancedView().imap((n: number) => n, source(), { ordered: false });
  expect(await results.next()).toEqual({ done: false, value: 2 });
  held[0]!();
  expect(await results.next()).toEqual({ done: false, value: 1 });
  more!();
  expect(await results.next()).toEqual({ done: false, value: 3 });
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

test('imap ends with the first error, and does not wait for a source that never goes on', async () => {
  const { client } = await startTestCluster();
  async function* source(): AsyncGenerator<number> {
    yield 1;
    await new Promise(() => {});
  }
  const results = client.loadBalancedView().imap(() => {
    throw new Error('no');
  }, source());
  await expect(results.next()).rejects.toMatchObject({ evalue: 'no' });
});

test('imap passes on an error of its source', async () => {
  const { client } = await startTestCluster();
  function* source(): Generator<number> {
    yield 1;
    throw new Error('source is broken');
  }
  const results = client.loadBalancedView().imap((x: number) => x, source());
  await expect(
    (async () => {
      for await (const _ of results);
    })(),
  ).rejects.toThrow('source is broken');
});

test('abort asks all engines to drop the tasks', async () => {
  const { client, controller } = await startTestCluster();
  controller.script = (request) => {
    if (request.channel === 'task') return undefined;
    if (request.channel === 'control')
      for (const task of controller.requests.filter((other) => other.channel === 'task'))
        if (request.engine!.id === 0) controller.reply(task, { content: { status: 'aborted' } });
    return 'default';
  };
  const result = client.loadBalancedView().apply(() => 1);
  await until(() => controller.requests.length === 1);
  await result.abort();
  await expect(result).rejects.toMatchObject({ ename: 'TaskAborted' });
  expect(result.status).toBe('aborted');
  const aborts = controller.requests.filter((request) => request.channel === 'control');
  expect(aborts.map((request) => request.content)).toEqual([{ msg_ids: result.msgIds }, { msg_ids: result.msgIds }]);
});
