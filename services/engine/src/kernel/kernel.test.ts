// A real engine, seen from its controller's sockets.
import { packCall, Reference, unpackValue } from '@muster/serialize';
import { until } from '@muster/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Published, TestController } from '../test-controller.ts';
import { startTestController } from '../test-controller.ts';

let controller: TestController;
let uuid: string;
beforeAll(async () => {
  controller = await startTestController();
  await controller.start(['-c', 'globalThis.fromStartup = process.cwd()'], {
    IPP_SESSION_KEY: 'secret',
    IPP_CLUSTER_ID: 'mine',
  });
  uuid = await controller.ready();
});
afterAll(() => controller.stop());

const execute = (code: string, content: object = {}, metadata: object = {}): string =>
  controller.send(
    uuid,
    'mux',
    'execute_request',
    { code, silent: false, user_expressions: {}, ...content },
    { metadata },
  );
const run = (code: string, content: object = {}) => controller.done(execute(code, content));
const call = async (fn: (...args: never[]) => unknown, args: unknown[] = [], metadata: object = {}) => {
  const { content, buffers } = packCall({ fn, args });
  const reply = await controller.done(controller.send(uuid, 'task', 'apply_request', content, { buffers, metadata }));
  const value = reply.content.status === 'ok' ? unpackValue(reply.message.buffers).value : undefined;
  return { ...reply, value };
};
const types = (published: readonly Published[]): string[] =>
  published.map(({ type, message }) => (type === 'status' ? String(message.content.execution_state) : type));
const textOf = (reply: { published: readonly Published[] }): unknown =>
  (reply.published.find(({ type }) => type === 'execute_result')?.message.content.data as Record<string, string>)?.[
    'text/plain'
  ];

test('an engine that was not asked to fetch has not loaded what fetches', async () => {
  const loaded = "process.moduleLoadList.some((name) => name.includes('undici/undici'))";
  expect(textOf(await run(loaded))).toBe('false');
  expect(textOf(await run("new Request('http://127.0.0.1').method"))).toBe("'GET'");
  expect(textOf(await run(loaded))).toBe('true');
});

test('messages of a cell come in the order of the protocol, idle last', async () => {
  const reply = await run("console.log('out'); display({ a: 1 }); console.error('err'); 1 + 1");
  expect(types(reply.published)).toEqual([
    'busy',
    'execute_input',
    'stream',
    'display_data',
    'stream',
    'execute_result',
    'idle',
  ]);
  expect(reply.published.map(({ topic }) => topic)).toEqual(
    ['status', 'execute_input', 'stdout', 'displaypub', 'stderr', 'execute_result', 'status'].map(
      (topic) => `engine.0.${topic}`,
    ),
  );
  expect(reply.content).toMatchObject({ status: 'ok', user_expressions: {}, payload: [] });
  expect(reply.message.header).toMatchObject({ msg_type: 'execute_reply', session: uuid });
  expect(reply.message.metadata).toMatchObject({
    dependencies_met: true,
    engine: uuid,
    is_broadcast: false,
    is_coalescing: false,
    original_msg_id: '',
    label: null,
    status: 'ok',
  });
  expect(Buffer.from(reply.ids[0]!).toString()).toBe('client-1');
});

test('declarations persist over cells, also with await and TypeScript', async () => {
  await run('const a: number = await Promise.resolve(40); enum E { Two = 2 }');
  expect(textOf(await run('a + E.Two'))).toBe('42');
  expect(textOf(await run("import { basename } from 'node:path'; basename('/x/y')"))).toBe("'y'");
  expect(textOf(await run("require('node:path').sep"))).toBe("'/'");
});

test('the startup command ran first, in the working directory', async () => {
  expect(textOf(await run('fromStartup'))).toBe(`'${controller.folder}'`);
});

test('keys are not in the environment of user code, nor is the way to the nanny', async () => {
  expect(textOf(await run('[process.env.IPP_SESSION_KEY, process.env.IPP_CLUSTER_ID, process.send]'))).toBe(
    "[ undefined, 'mine', undefined ]",
  );
  const environ = await run("require('node:fs').readFileSync('/proc/self/environ', 'utf8').includes('secret')");
  expect(textOf(environ)).toBe('false');
});

test('values are shown by type', async () => {
  const reply = await run("({ plain: [1, 'x', null] })");
  expect(reply.published.find(({ type }) => type === 'execute_result')?.message.content.data).toEqual({
    'text/plain': "{ plain: [ 1, 'x', null ] }",
    'application/json': { plain: [1, 'x', null] },
  });
  const html = await run("({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>' }) })");
  expect(html.published.find(({ type }) => type === 'execute_result')?.message.content.data).toMatchObject({
    'text/html': '<b>x</b>',
  });
  expect(types((await run('undefined')).published)).toEqual(['busy', 'execute_input', 'idle']);
});

test('silent: no input, no result, no count; output and errors all the same', async () => {
  const before = (await run('1')).content.execution_count as number;
  const reply = await run("console.log('quiet'); 5", { silent: true });
  expect(types(reply.published)).toEqual(['busy', 'stream', 'idle']);
  expect(reply.content.execution_count).toBe(before);
  expect(types((await run('throw 1', { silent: true })).published)).toEqual(['busy', 'error', 'idle']);
});

test('user expressions, each with a result or an error of its own', async () => {
  const { content } = await run('var ue = 20', {
    user_expressions: { ok: 'ue + 1', later: 'Promise.resolve(ue)', bad: 'nope' },
  });
  expect(content.user_expressions).toMatchObject({
    ok: { status: 'ok', data: { 'text/plain': '21' } },
    later: { status: 'ok', data: { 'text/plain': '20' } },
    bad: { status: 'error', ename: 'ReferenceError' },
  });
});

test('errors say where in the code they are, and nothing of the engine', async () => {
  const reply = await run("function deep() {\n  throw new TypeError('bad')\n}\ndeep()");
  expect(reply.content).toMatchObject({
    status: 'error',
    ename: 'TypeError',
    evalue: 'bad',
    engine_info: { engine_uuid: uuid, engine_id: 0, method: 'execute' },
  });
  const trace = (reply.content.traceback as string[]).join('\n');
  expect(trace).toMatch(/^TypeError: bad\n {4}at deep \(cell \d+:2:9\)\n {4}at cell \d+:4:1$/);
  expect(types(reply.published)).toEqual(['busy', 'execute_input', 'error', 'idle']);
  expect(reply.message.metadata).toMatchObject({ status: 'error', engine_info: { engine_uuid: uuid, engine_id: 0 } });
});

test.each([
  ["throw { name: 'Odd', message: 'm' }", 'Odd', 'm'],
  ["throw 'text'", 'Thrown', 'text'],
  ['throw undefined', 'Thrown', 'undefined'],
  [
    'throw new Proxy({}, { get() { throw 1 }, has() { throw 1 }, getPrototypeOf() { throw 1 } })',
    'Error',
    /cannot be shown|/,
  ],
  ["const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { throw 1 } }); throw e", 'Error', /x|cannot/],
  ['const = 1', 'SyntaxError', /./],
  ['process.exit(3)', 'SystemExit', '3'],
])('whatever is thrown, the engine answers: %s', async (code, ename, evalue) => {
  const { content } = await run(code);
  expect(content).toMatchObject({ status: 'error', ename });
  expect(content.evalue).toEqual(typeof evalue === 'string' ? evalue : expect.stringMatching(evalue));
});

test('what is printed in a long loop is seen while it runs', async () => {
  const id = execute("console.log('started'); const till = Date.now() + 1500; while (Date.now() < till);");
  await until(() => controller.streamOf(id, 'stdout') === 'started\n', { what: 'the first line' });
  expect(controller.replies.has(id)).toBe(false);
  await controller.done(id);
});

test('a flood of lines is gathered into few messages and complete', async () => {
  const id = execute('for (let i = 0; i < 20000; i++) console.log(i)');
  const { published } = await controller.done(id);
  expect(controller.streamOf(id, 'stdout')).toBe(Array.from({ length: 20_000 }, (_, i) => `${i}\n`).join(''));
  expect(published.length).toBeLessThan(2000);
});

test('output of timers belongs to the request that set them', async () => {
  const id = execute("setTimeout(() => console.log('late'), 100)");
  await controller.done(id);
  await run("console.log('other')");
  await until(() => controller.streamOf(id, 'stdout') === 'late\n', { what: 'late output' });
});

test('errors that nobody catches are told on stderr and end nothing', async () => {
  const id = execute("setTimeout(() => { throw new Error('in timer') }, 1); Promise.reject(new Error('floating')); 0");
  await until(() => ['in timer', 'floating'].every((text) => controller.streamOf(id, 'stderr').includes(text)), {
    what: 'both',
  });
  expect(textOf(await run('1 + 1'))).toBe('2');
});

test('calls: arguments, typed arrays, references, async functions', async () => {
  await run('var factor = 3; function triple(x) { return x * factor }');
  const { value, message } = await call(
    (x: number, f: (y: number) => number) => f(x) as never,
    [5, new Reference('triple')],
  );
  expect(value).toBe(15);
  expect(message.header.msg_type).toBe('apply_reply');
  expect(
    (await call(async (xs: Float64Array) => xs.map((x) => x * 2), [new Float64Array(1000).fill(2)])).value,
  ).toEqual(new Float64Array(1000).fill(4));
  expect((await call(() => undefined)).value).toBe(undefined);
});

test('calls: errors, results that cannot travel, unmet dependencies', async () => {
  const failed = await call(() => {
    throw new RangeError('no');
  });
  expect(failed.content).toMatchObject({ status: 'error', ename: 'RangeError', engine_info: { method: 'apply' } });
  expect(types(failed.published)).toEqual(['busy', 'error', 'idle']);
  expect((await call(() => [Symbol('s')])).content).toMatchObject({
    status: 'error',
    evalue: expect.stringContaining('result[0]'),
  });
  const unmet = await call(() => {
    throw Object.assign(new Error('not here'), { name: 'UnmetDependency' });
  });
  expect(unmet.message.metadata).toMatchObject({ dependencies_met: false, status: 'error' });
});

test("Python's functions are sent on by the scheduler, or refused with a reason", async () => {
  const pickle = [Buffer.from([0x80, 4, 0x4e, 0x2e]), Buffer.from([0x80, 4, 0x4e, 0x2e])];
  const send = (channel: 'task' | 'mux', metadata: object) =>
    controller.done(controller.send(uuid, channel, 'apply_request', {}, { buffers: pickle, metadata }));
  const balanced = await send('task', { after: [], follow: [], retries: 0 });
  expect(balanced.content).toMatchObject({ ename: 'WrongKernel' });
  expect(balanced.message.metadata).toMatchObject({ dependencies_met: false, wrong_kernel: true });
  const direct = await send('mux', {});
  expect(direct.content).toMatchObject({
    ename: 'NotImplementedError',
    evalue: expect.stringContaining('start Python engines'),
  });
  expect(direct.message.metadata).toMatchObject({ dependencies_met: true });
});

test('broadcast: what the controller needs to gather replies is copied', async () => {
  const id = controller.send(
    uuid,
    'broadcast',
    'execute_request',
    { code: '1', silent: false },
    {
      id: `original_${uuid}`,
      metadata: { targets: [[uuid, 0]], is_broadcast: true, is_coalescing: true, original_msg_id: 'original' },
    },
  );
  const { message } = await controller.done(id);
  expect(message.metadata).toMatchObject({ is_broadcast: true, is_coalescing: true, original_msg_id: 'original' });
});

test('an error aborts the cells that wait behind it, not the calls', async () => {
  const { content, buffers } = packCall({ fn: () => 1, args: [] });
  const ids = [
    execute("await new Promise((done) => setTimeout(done, 100)); throw new Error('stop')"),
    execute('1'),
    controller.send(uuid, 'mux', 'apply_request', content, { buffers }),
    execute('2'),
  ];
  const replies = await Promise.all(ids.map((id) => controller.done(id)));
  expect(replies.map((reply) => reply.content.status)).toEqual(['error', 'aborted', 'ok', 'aborted']);
  expect(replies[1]?.message.metadata.status).toBe('aborted');
  expect((await run('3')).content.status).toBe('ok');
  const stay = [execute("throw new Error('go on')", { stop_on_error: false }), execute('4')];
  expect((await controller.done(stay[1]!)).content.status).toBe('ok');
});

test('abort: by id, before and after arrival, and all', async () => {
  const busy = execute('await new Promise((done) => setTimeout(done, 200))');
  const [first, second] = [execute('1'), execute('2')];
  const control = (msgIds: unknown) =>
    controller.done(controller.send(uuid, 'control', 'abort_request', { msg_ids: msgIds }));
  expect((await control([first, 'not-yet'])).content).toMatchObject({ status: 'ok' });
  expect((await controller.done(first)).content.status).toBe('aborted');
  expect((await controller.done(busy)).content.status).toBe('ok');
  expect((await controller.done(second)).content.status).toBe('ok');
  const late = controller.send(uuid, 'mux', 'execute_request', { code: '3' }, { id: 'not-yet' });
  expect((await controller.done(late)).content.status).toBe('aborted');

  const again = execute('await new Promise((done) => setTimeout(done, 200))');
  await until(() => controller.of(again).length > 0, { what: 'it runs' });
  const waiting = [execute('1'), execute('2')];
  await control([]);
  expect((await controller.done(again)).content.status).toBe('ok');
  for (const id of waiting) expect((await controller.done(id)).content.status).toBe('aborted');
  expect((await control(5)).content).toMatchObject({ status: 'error', ename: 'TypeError' });
});

test.each([
  ['a loop', 'for (;;);'],
  ['a loop after an await', 'await 1; for (;;);'],
  ['a loop in a timer that is waited for', 'await new Promise(() => setTimeout(() => { for (;;); }, 1))'],
  ['waiting', "console.log('w'); await new Promise(() => {})"],
])('interrupt: %s', async (_what, code) => {
  await run('var kept = 7');
  const id = execute(code);
  await until(() => controller.of(id).some(({ type }) => type === 'execute_input'), { what: 'it runs' });
  const answer = await controller.done(controller.send(uuid, 'control', 'signal_request', { sig: 2 }));
  expect(answer.message.header.msg_type).toBe('signal_request');
  expect(answer.content).toMatchObject({ status: 'ok' });
  expect((await controller.done(id)).content).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' });
  expect(textOf(await run('kept'))).toBe('7');
});

test('a large result leaves before the next request, which may loop', async () => {
  const large = execute("console.log('x'.repeat(3e7))");
  const loop = execute('for (;;);');
  await until(() => controller.of(loop).some(({ type }) => type === 'execute_input'), { what: 'it runs' });
  await until(() => controller.streamOf(large, 'stdout').length === 3e7 + 1, { what: 'the large output' });
  expect((await controller.done(large)).content.status).toBe('ok');
  await controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
  expect((await controller.done(loop)).content).toMatchObject({ ename: 'KeyboardInterrupt' });
});

test('interrupt of a call in a loop, and of nothing', async () => {
  const { content, buffers } = packCall({
    fn: () => {
      for (;;);
    },
    args: [],
  });
  const id = controller.send(uuid, 'task', 'apply_request', content, { buffers });
  await until(() => controller.of(id).length > 0, { what: 'it runs' });
  await controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
  expect((await controller.done(id)).content).toMatchObject({ ename: 'KeyboardInterrupt' });
  const idle = await controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
  expect(idle.content).toMatchObject({ status: 'ok', interrupted: 'idle' });
});

test('a loop in a timer of a request that is over can be interrupted too', async () => {
  const id = execute("setTimeout(() => { console.log('now'); for (;;); }, 1); 0");
  await until(() => controller.streamOf(id, 'stdout') === 'now\n', { what: 'the loop' });
  const answer = await controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
  expect(answer.content.status).toBe('ok');
  expect(textOf(await run('1'))).toBe('1');
});

test('clear empties the namespace', async () => {
  await run('var gone = 1; function goneToo() {}; const JSON = 0');
  expect((await controller.done(controller.send(uuid, 'control', 'clear_request', {}))).content).toMatchObject({
    status: 'ok',
  });
  expect(textOf(await run('typeof gone + typeof goneToo + typeof JSON'))).toBe("'undefinedundefinedobject'");
});

test('unknown requests get a typed answer', async () => {
  const shell = await controller.done(controller.send(uuid, 'mux', 'history_request', {}));
  expect(shell.content).toMatchObject({ status: 'error', ename: 'NotImplementedError' });
  expect(shell.message.header.msg_type).toBe('history_reply');
  const info = await controller.done(controller.send(uuid, 'mux', 'kernel_info_request', {}));
  expect(info.content).toMatchObject({ status: 'ok', language_info: { name: 'typescript' } });
  const control = await controller.done(controller.send(uuid, 'control', 'debug_request', {}));
  expect(control.content).toMatchObject({ status: 'error', ename: 'NotImplementedError' });
  const signal = await controller.done(controller.send(uuid, 'control', 'signal_request', { sig: 'SIGNOPE' }));
  expect(signal.content).toMatchObject({ status: 'error', ename: 'ValueError' });
});

test('garbage, wrong signatures and replays are dropped, and the engine goes on', async () => {
  for (const channel of ['mux', 'task', 'control'] as const) {
    const [socket] = controller.work[channel];
    const text = (...frames: string[]): Buffer[] => frames.map((frame) => Buffer.from(frame));
    for (const frames of [
      text('x'),
      text('<IDS|MSG>'),
      text('c', '<IDS|MSG>', 'sig', '{}', '{}', '{}', '{}'),
      text('c', '<IDS|MSG>', '', '{', '', '', ''),
      Array.from({ length: 50 }, () => Buffer.alloc(1000, 0xff)),
    ])
      socket.send(uuid, frames);
  }
  expect((await run('var counted = (globalThis.counted ?? 0) + 1')).content.status).toBe('ok');
});

test('code that shadows the globals that the engine itself could use does not break it', async () => {
  await run(
    'var setTimeout = null, setImmediate = null, Buffer = null, console2 = console, performance = null, Promise2 = Promise',
  );
  expect(textOf(await run("console.log('still'); 'alive'"))).toBe("'alive'");
  await controller.done(controller.send(uuid, 'control', 'clear_request', {}));
  expect(textOf(await run('typeof setTimeout'))).toBe("'function'");
});
