import { expect, test } from 'vitest';
import { connect } from './connect.ts';
import { RemoteError, reference } from './index.ts';
import { createTestTransport, startTestCluster, until } from './testing/cluster.ts';

test('one engine gives a value, several give a list in the order of the targets', async () => {
  const { client } = await startTestCluster();
  expect(client.ids).toEqual([0, 1]);
  expect(client.engines.map((engine) => engine.kernel)).toEqual(['node', 'node']);
  expect(await client.view(1).apply((a: number, b: number) => a + b, 1, 2)).toBe(3);
  const both = client.view([1, 0]).apply((x: number) => x * 2, 21);
  expect(await both).toEqual([42, 42]);
  expect(both.tasks.map((task) => task.engineId)).toEqual([1, 0]);
  expect(await client.view().apply(async () => 'all')).toEqual(['all', 'all']);
});

test('push, pull, scatter, gather, set and get', async () => {
  const { client } = await startTestCluster(['node']);
  const view = client.view('all');
  await view.push({ testA: 1, testB: new Float64Array([1, 2]) });
  expect(await view.pull(['testA', 'testB'])).toEqual([{ testA: 1, testB: new Float64Array([1, 2]) }]);
  await client.view(0).set('testC', { deep: true });
  expect(await client.view(0).get('testC.deep')).toBe(true);
  await view.scatter('part', Int32Array.from([1, 2, 3]));
  expect(await view.gather<Int32Array>('part')).toEqual(Int32Array.from([1, 2, 3]));
  expect(await view.apply((x: number) => x + 1, reference('testA'))).toEqual([2]);
  await expect(client.view(0).get('nowhereAtAll')).rejects.toMatchObject({ ename: 'ReferenceError' });
});

test('map divides items and keeps their order and index', async () => {
  const { client, controller } = await startTestCluster();
  const result = client.view().map((item: number, index: number) => [item, index], [10, 11, 12]);
  expect(await result).toEqual([
    [10, 0],
    [11, 1],
    [12, 2],
  ]);
  expect(controller.requests.map((request) => request.engine?.id)).toEqual([0, 1]);
  expect(await client.view().map((x: number) => x, [])).toEqual([]);
  expect(await client.view().map((x: number) => x, new Set([5]))).toEqual([5]);
});

test('an error has class, message, remote stack, engine and task; several are listed', async () => {
  const { client } = await startTestCluster();
  const fail = (): never => {
    throw new RangeError('too much');
  };
  const one = client.view(1).apply(fail);
  await expect(one).rejects.toBeInstanceOf(RemoteError);
  await expect(one).rejects.toMatchObject({
    ename: 'RangeError',
    evalue: 'too much',
    engineId: 1,
    msgId: one.msgIds[0],
  });
  expect(one.status).toBe('error');
  const error = (await one.catch((e: unknown) => e)) as RemoteError;
  expect(error.remoteStack).toContain('RangeError: too much\n    at');
  expect(error.stack).toContain('RangeError: too much (on engine 1)');
  const some = client.view().map(
    (x: number) => {
      if (x === 2) throw new Error('two');
      return x;
    },
    [1, 2],
  );
  await expect(some).rejects.toMatchObject({ name: 'CompositeError', total: 2, errors: [{ evalue: 'two' }] });
  expect(await some.outcomes()).toMatchObject([{ status: 'fulfilled', value: [1] }, { status: 'rejected' }]);
  const items: number[] = [];
  await expect(
    (async () => {
      for await (const item of some) items.push(item);
    })(),
  ).rejects.toThrow('two');
  expect(items).toEqual([1]);
});

test('execute gives result and output, and waits for the end of the output', async () => {
  const { client } = await startTestCluster();
  const result = client.view(0).execute('6 * 7');
  const printed: string[] = [];
  result.onOutput(({ output }) => printed.push(output.kind));
  expect(await result).toMatchObject({ executionCount: 7, text: '42', stdout: 'ran 6 * 7\n', stderr: '' });
  expect(printed).toEqual(['stdout', 'result']);
  expect(result.stdout).toBe('ran 6 * 7\n');
  expect(result.tasks[0]).toMatchObject({ outputComplete: true, outputTruncated: false, status: 'ok' });
});

test('output streams while the task runs', async () => {
  const { client, controller } = await startTestCluster();
  let end: (() => void) | undefined;
  controller.script = ({ message, channel }) => {
    if (channel !== 'mux') return 'default';
    controller.publish(message, 'stream', { name: 'stdout', text: 'one\n' });
    controller.publish(message, 'display_data', { data: { 'text/html': '<b>2</b>' } });
    return new Promise((resolve) => {
      end = () => {
        controller.publish(message, 'stream', { name: 'stderr', text: 'three' });
        resolve('default');
      };
    });
  };
  const result = client.view(0).apply(() => 1);
  const kinds: string[] = [];
  for await (const { output } of result.output()) {
    kinds.push(output.kind);
    if (kinds.length === 2) {
      expect(result.ready).toBe(false);
      end!();
    }
  }
  expect(kinds).toEqual(['stdout', 'display', 'stderr']);
  expect([result.stdout, result.stderr]).toEqual(['one\n', 'three']);
  expect(await result).toBe(1);
  await until(() => client.load.trailing === 0);
});

test('only the status that says busy is passed over, not what looks like it', async () => {
  const { client, controller } = await startTestCluster(['node']);
  const busy = { execution_state: 'busy' };
  controller.script = ({ message, channel }) => {
    if (channel !== 'mux') return 'default';
    controller.publish(message, 'stream', { name: 'stdout', text: JSON.stringify(busy) });
    controller.publish(message, 'display_data', { data: busy });
    return 'default';
  };
  const before = client.counters.received;
  const result = client.view(0).apply(() => 1);
  await result.outputComplete();
  expect(result.tasks[0]!.outputs.map(({ kind }) => kind)).toEqual(['stdout', 'display']);
  // The reply, two pieces of output, idle.
  expect(client.counters.received - before).toBe(4);
});

test('times, progress and status', async () => {
  const { client } = await startTestCluster();
  const result = client.view().apply(() => new Promise((resolve) => setTimeout(resolve, 20)));
  const seen: number[] = [];
  result.onProgress(({ done }) => seen.push(done));
  expect(result.progress).toEqual({ done: 0, total: 2 });
  expect(result.status).toBe('pending');
  await result;
  expect(seen).toEqual([1, 2]);
  expect(result.status).toBe('ok');
  expect(result.elapsedMs).toBeGreaterThan(15);
  expect(result.wallTimeMs).toBeGreaterThan(15);
  expect(result.serialTimeMs).toBeGreaterThan(30);
  expect(result.tasks[0]).toMatchObject({ startedUs: expect.any(Number), completedUs: expect.any(Number) });
  await until(() => client.load.trailing === 0);
  expect(client.load).toEqual({ tasks: 0, trailing: 0, questions: 0 });
});

test('get and wait give up in time, and the task goes on', async () => {
  const { client, controller } = await startTestCluster();
  let release: ((value: 'default') => void) | undefined;
  controller.script = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  const result = client.view(0).apply(() => 'late');
  await expect(result.get({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'timeout' });
  expect(await result.wait({ timeoutMs: 1 })).toBe(false);
  release!('default');
  expect(await result.get({ timeoutMs: 5000 })).toBe('late');
});

test('engines come and go; what was sent to a lost one fails', async () => {
  const { client, controller } = await startTestCluster();
  const events: string[] = [];
  client.on('engine.registered', ({ id }) => events.push(`+${id}`));
  client.on('engine.unregistered', ({ id }) => events.push(`-${id}`));
  controller.script = ({ channel }) => (channel === 'mux' ? undefined : 'default');
  const lost = client.view([0, 1]).apply(() => 1);
  await until(() => controller.requests.length === 2);
  controller.removeEngine(1);
  await until(() => lost.progress.done === 1);
  expect((await Promise.race([lost.outcomes(), 'waits'])) as unknown).toBe('waits');
  controller.removeEngine(0);
  await expect(lost).rejects.toMatchObject({
    errors: [{ ename: 'EngineError', engineId: 0 }, { ename: 'EngineError' }],
  });
  expect(() => client.view().apply(() => 1)).toThrow(expect.objectContaining({ code: 'no_engines' }));
  expect(() => client.view(0)).not.toThrow();
  expect(() => client.view(0).apply(() => 1)).toThrow(expect.objectContaining({ code: 'no_such_engine' }));
  const wait = client.waitForEngines(2, { timeoutMs: 5000 });
  controller.addEngine();
  controller.addEngine();
  expect(await wait).toEqual([2, 3]);
  expect(events).toEqual(['-1', '-0', '+2', '+3']);
  await expect(client.waitForEngines(5, { timeoutMs: 20 })).rejects.toThrow('2 of 5 engines');
});

test('Python engines take code; functions are refused before they are sent', async () => {
  const { client, controller } = await startTestCluster(['python', 'node']);
  expect((await client.view(0).execute('1+1')).text).toBe('42');
  controller.requests.length = 0;
  const refused = expect.objectContaining({ code: 'wrong_kernel', message: expect.stringContaining('runs python') });
  expect(() => client.view(0).apply(() => 1)).toThrow(refused);
  expect(() => client.view().push({ a: 1 })).toThrow(refused);
  expect(controller.requests).toEqual([]);
});

test('what cannot be sent stops the whole before anything is sent', async () => {
  const { client, controller } = await startTestCluster();
  const items = [1, Symbol('no')];
  expect(() => client.view().map((x: unknown) => x, items)).toThrow(
    expect.objectContaining({ code: 'cannot_serialize' }),
  );
  expect(controller.requests).toEqual([]);
  expect(client.load.tasks).toBe(0);
});

test('a Python result is recognised', async () => {
  const { client, controller } = await startTestCluster(['unknown']);
  controller.script = ({ channel }) =>
    channel === 'mux' ? { buffers: [Uint8Array.from([0x80, 4, 0x2e])] } : 'default';
  await expect(client.view(0).apply(() => 1)).rejects.toMatchObject({ code: 'python_value' });
});

test('a controller that is not there: connect fails in time and says what to do', async () => {
  const transport = createTestTransport();
  const { client, controller } = await startTestCluster([]);
  await controller.close();
  await client.close();
  const started = performance.now();
  await expect(connect({ connection: controller.connection, transport, timeoutMs: 100 })).rejects.toMatchObject({
    code: 'timeout',
    remedy: expect.stringContaining('ipcluster list'),
  });
  expect(performance.now() - started).toBeLessThan(3000);
});

test('connect names the file that is missing', async () => {
  await expect(connect({ profileDir: '/nowhere', env: {} })).rejects.toMatchObject({
    code: 'connection_file_missing',
    message: '/nowhere/security/ipcontroller-client.json does not exist.',
  });
  await expect(connect({ profile: 'x', clusterId: 'y', env: { IPYTHONDIR: '/nowhere' } })).rejects.toThrow(
    '/nowhere/profile_x/security/ipcontroller-y-client.json does not exist.',
  );
});

test('a controller that falls silent: open tasks fail, the client goes on when it is back', async () => {
  const { client, controller } = await startTestCluster(['node'], { limits: { probeMs: 100, goneMs: 300 } });
  let silent = true;
  controller.script = () => (silent ? undefined : 'default');
  const lost: number[] = [];
  client.on('controller.lost', ({ silentMs }) => lost.push(silentMs));
  await expect(client.view(0).apply(() => 1)).rejects.toMatchObject({ code: 'timeout' });
  expect(lost).toEqual([300]);
  expect(controller.requests.filter((request) => request.channel === 'registration')).toHaveLength(1);
  silent = false;
  expect(await client.view(0).apply(() => 2)).toBe(2);
});

test('a probe that is answered keeps long tasks alive and finds engines that went unseen', async () => {
  const { client, controller } = await startTestCluster(['node', 'node'], { limits: { probeMs: 50, goneMs: 100_000 } });
  controller.script = ({ channel }) => (channel === 'mux' ? undefined : 'default');
  const result = client.view(1).apply(() => 1);
  await until(() => controller.requests.some((request) => request.channel === 'registration'));
  expect(result.ready).toBe(false);
  controller.removeEngine(1, true);
  await expect(result).rejects.toMatchObject({ ename: 'EngineError' });
  expect(client.ids).toEqual([0]);
});

test('output whose end never comes is cut, not waited for', async () => {
  const { client, controller } = await startTestCluster(['node'], { limits: { outputGraceMs: 50 } });
  controller.script = ({ channel }) =>
    channel === 'mux' ? { content: { status: 'ok', execution_count: 1 } } : 'default';
  const result = client.view(0).execute('x');
  expect(await result).toMatchObject({ executionCount: 1, data: undefined });
  expect(result.tasks[0]!.outputTruncated).toBe(true);
  expect(client.load.trailing).toBe(0);
});

test('closing fails what is open, and later use is refused', async () => {
  const { client, controller } = await startTestCluster();
  controller.script = () => undefined;
  const result = client.view(0).apply(() => 1);
  const question = client.history();
  question.catch(() => {});
  await client.close();
  await expect(result).rejects.toMatchObject({ code: 'client_closed' });
  await expect(question).rejects.toMatchObject({ code: 'client_closed' });
  expect(() => client.view(0).apply(() => 1)).toThrow(expect.objectContaining({ code: 'client_closed' }));
  await expect(client.history()).rejects.toMatchObject({ code: 'client_closed' });
  await client.close();
});

test('a controller that ends closes its clients', async () => {
  const { client, controller } = await startTestCluster();
  const stopped = new Promise((resolve) => client.on('controller.stopped', resolve));
  controller.script = ({ channel }) => (channel === 'registration' ? 'default' : undefined);
  const result = client.view(0).apply(() => 1);
  controller.notify('shutdown_notification', { status: 'ok' });
  await stopped;
  await expect(result).rejects.toMatchObject({ code: 'client_closed' });
});
