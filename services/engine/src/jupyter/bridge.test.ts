// Engines that lead a real Jupyter kernel (ipykernel), on a controller of bare sockets.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingPart, processesOf, until } from '@muster/testkit';
import { afterEach, expect, test } from 'vitest';
import type { TestController } from '../test-controller.ts';
import { startTestController } from '../test-controller.ts';

const python = process.env.PEER_PYTHON ?? '';
const skip = python !== '' && existsSync(python) ? '' : missingPart('PEER_PYTHON', 'npm run e2e -- provision');
const real = test.skipIf(skip !== '');

let controller: TestController;
afterEach(() => controller.stop());

/** A kernelspec of its own; the name is its folder's. */
function writeSpec(name: string, spec: object | string): string {
  const folder = join(controller.folder, 'jupyter/kernels', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'kernel.json'), typeof spec === 'string' ? spec : JSON.stringify(spec));
  return folder;
}
const ipykernel = (more: object = {}) => ({
  argv: [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
  display_name: 'Test',
  language: 'python',
  ...more,
});
const environment = () => ({
  JUPYTER_PATH: join(controller.folder, 'jupyter'),
  IPYTHONDIR: controller.folder,
  TMPDIR: controller.folder,
});

async function startOne(args: readonly string[] = [], spec: object = {}) {
  controller = await startTestController();
  writeSpec('test', ipykernel(spec));
  const program = await controller.start(['--kernel=test', ...args], environment());
  await program.says('engine ready', 60_000);
  const uuid = await controller.ready();
  const execute = (code: string, more: object = {}): string =>
    controller.send(uuid, 'mux', 'execute_request', { code, silent: false, ...more });
  const done = (code: string, more: object = {}) => controller.done(execute(code, more), 30_000);
  return { program, uuid, execute, done };
}
const gone = (tag: string): Promise<boolean> =>
  until(async () => (await processesOf(tag)).length === 0, { what: 'no process is left', timeoutMs: 10_000 });
const leftFolders = (): string[] => readdirSync(controller.folder).filter((name) => name.startsWith('muster-kernel-'));

real(`cells, output, results and errors, under the client's own header ${skip}`, { timeout: 90_000 }, async () => {
  const { uuid, done, execute, program } = await startOne();
  expect(controller.registrations).toEqual([{ uuid, kernel: 'test' }]);
  const code = "import sys; print('out'); print('err', file=sys.stderr); 6 * 7";
  const { content, message, published } = await done(code, { user_expressions: { twice: '2 * 2' } });
  expect(content).toMatchObject({ status: 'ok', execution_count: 1, payload: [] });
  expect(content.user_expressions).toMatchObject({ twice: { status: 'ok', data: { 'text/plain': '4' } } });
  expect(message.metadata).toMatchObject({ engine: uuid, status: 'ok', dependencies_met: true });
  const types = published.map(({ type }) => type);
  expect([types[0], types[1], types.at(-1)]).toEqual(['status', 'execute_input', 'status']);
  expect(published.find(({ type }) => type === 'execute_result')?.message.content).toMatchObject({
    data: { 'text/plain': '42' },
    execution_count: 1,
  });
  expect(published.every(({ topic }) => topic.startsWith('engine.0.'))).toBe(true);
  expect(published.every(({ message: { header } }) => header.session === uuid)).toBe(true);
  const id = execute("from IPython.display import display, HTML; display(HTML('<b>')); print('x')");
  const shown = await controller.done(id, 30_000);
  expect(shown.published.find(({ type }) => type === 'display_data')?.message.content).toMatchObject({
    data: { 'text/html': '<b>' },
  });
  expect(controller.streamOf(id, 'stdout')).toBe('x\n');

  const failed = await done('1 / 0');
  expect(failed.content).toMatchObject({
    status: 'error',
    ename: 'ZeroDivisionError',
    engine_info: { engine_uuid: uuid, engine_id: 0, method: 'execute' },
  });
  expect(failed.published.filter(({ type }) => type === 'error')).toHaveLength(1);
  const silent = await done('kept = 5; print(kept)', { silent: true });
  expect(silent.published.map(({ type }) => type)).not.toContain('execute_input');
  expect((await done('kept')).content).toMatchObject({ status: 'ok' });
  await program.stop();
  expect(program.exit).toEqual({ code: 0, signal: null });
  await gone(program.tag);
  expect(leftFolders()).toEqual([]);
});

real(`what it cannot do gets an error that says so ${skip}`, { timeout: 90_000 }, async () => {
  const { uuid, done } = await startOne();
  const apply = async (metadata: object) =>
    (await controller.done(controller.send(uuid, 'mux', 'apply_request', {}, { metadata }), 30_000)).content;
  expect(await apply({})).toMatchObject({
    status: 'error',
    ename: 'NotImplementedError',
    evalue: expect.stringContaining('runs code (execute), no functions'),
  });
  expect(await apply({ follow: [] })).toMatchObject({ status: 'error', ename: 'WrongKernel' });
  const clear = await controller.done(controller.send(uuid, 'control', 'clear_request', {}));
  expect(clear.content).toMatchObject({ status: 'error', ename: 'NotImplementedError' });
  expect((await done('input()')).content).toMatchObject({ status: 'error', ename: 'StdinNotImplementedError' });
  const info = await controller.done(controller.send(uuid, 'mux', 'kernel_info_request', {}));
  expect(info.content).toMatchObject({ status: 'ok', implementation: 'ipython' });
  const other = await controller.done(controller.send(uuid, 'mux', 'wish_request', {}));
  expect(other.content.evalue).toBe('A Test engine does not know requests of type wish_request.');
  // Nothing of it holds up what comes after.
  expect((await done('1')).content.status).toBe('ok');
});

for (const mode of ['signal', 'message'])
  real(`interrupted by a ${mode}; what waits is not lost ${skip}`, { timeout: 90_000 }, async () => {
    const { uuid, execute, done } = await startOne([], { interrupt_mode: mode });
    const id = execute("import time; print('runs', flush=True); time.sleep(60)");
    await until(() => controller.streamOf(id, 'stdout') !== '', { what: 'it runs', timeoutMs: 20_000 });
    const interrupt = () => controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
    expect((await interrupt()).content).toEqual({ status: 'ok', interrupted: 'running' });
    expect((await controller.done(id)).content).toMatchObject({ status: 'error', ename: 'KeyboardInterrupt' });
    expect((await interrupt()).content).toEqual({ status: 'ok', interrupted: 'idle' });
    expect((await done('1')).content.status).toBe('ok');
  });

real(`an interrupt that ends the kernel is answered all the same ${skip}`, { timeout: 90_000 }, async () => {
  const { uuid, execute, program } = await startOne();
  const code =
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_DFL); print('runs', flush=True); time.sleep(60)";
  const id = execute(code);
  await until(() => controller.streamOf(id, 'stdout') !== '', { what: 'it runs', timeoutMs: 20_000 });
  const reply = await controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
  expect(reply.content).toEqual({ status: 'ok', interrupted: 'ended' });
  expect((await program.exited).code).toBe(1);
  expect(controller.unregistrations).toEqual([{ id: 0 }]);
});

real(`startup code runs at each start, also after a restart ${skip}`, { timeout: 90_000 }, async () => {
  controller = await startTestController();
  writeSpec('test', ipykernel());
  const script = join(controller.folder, 'start.py');
  writeFileSync(script, "made = ['script']\n");
  const args = ['--kernel=test', `--startup-script=${script}`, "--startup-command=made.append('command')"];
  const program = await controller.start(args, environment());
  await program.says('engine ready', 60_000);
  const uuid = await controller.ready();
  const show = async (): Promise<string> => {
    const tries: string[] = [];
    // After a restart its sockets may still be shaking hands, and ROUTER and PUB drop what is for peers they do not know yet.
    const tryAgain = (): string | undefined => {
      tries.push(controller.send(uuid, 'mux', 'execute_request', { code: 'made' }));
      return tries.find(
        (id) => controller.replies.has(id) && controller.of(id).some(({ type }) => type === 'execute_input'),
      );
    };
    const id = await until(tryAgain, { what: 'an answer', everyMs: 200, timeoutMs: 20_000 });
    const { published } = await controller.done(id);
    return JSON.stringify(published.find(({ type }) => type === 'execute_result')?.message.content.data);
  };
  expect(await show()).toContain("['script', 'command']");
  controller.send(uuid, 'mux', 'execute_request', { code: 'made.append(1)' });
  const reply = await controller.done(controller.send(uuid, 'control', 'shutdown_request', { restart: true }));
  expect(reply.content).toEqual({ status: 'ok', restart: true });
  await program.says('kernel restarted', 30_000);
  expect(await show()).toContain("['script', 'command']");
  expect(controller.registrations).toHaveLength(1);
  expect(controller.unregistrations).toEqual([]);
});

real(`startup code that fails is told, and the engine goes on ${skip}`, { timeout: 90_000 }, async () => {
  const { program, done } = await startOne(["--startup-command=raise KeyError('mine')"]);
  expect((await done('1')).content.status).toBe('ok');
  expect(program.output).toMatch(/startup code failed name=startup ename=KeyError evalue='mine'/);
});

real(`the death of the kernel is told at once ${skip}`, { timeout: 90_000 }, async () => {
  const { program, execute } = await startOne();
  const id = execute('import os, signal; os.kill(os.getpid(), signal.SIGKILL)');
  await until(() => controller.unregistrations.length > 0, { what: 'the goodbye', everyMs: 2, timeoutMs: 20_000 });
  expect(controller.replies.has(id)).toBe(false);
  expect(await program.exited).toEqual({ code: 1, signal: null });
  expect(program.output).toContain('the kernel crashed; the controller has been told signal=SIGKILL');
  await gone(program.tag);
  expect(leftFolders()).toEqual([]);
});

real(
  `the kernel and what it started do not outlive an engine that is killed ${skip}`,
  { timeout: 90_000 },
  async () => {
    const { program, execute } = await startOne();
    const id = execute(
      "import subprocess; subprocess.Popen(['sleep', '600']); print('runs', flush=True)\nwhile True: pass",
    );
    await until(() => controller.streamOf(id, 'stdout') !== '', { what: 'it runs', timeoutMs: 20_000 });
    process.kill(program.pid, 'SIGKILL');
    await gone(program.tag);
    await until(() => leftFolders().length === 0, { what: 'its folder is removed' });
  },
);

test.each([
  [
    'dies',
    ['sh', '-c', 'echo no such module >&2; exit 3'],
    /test ended at its start \(exit status 3\).*no such module/s,
  ],
  ['never answers', ['sh', '-c', 'echo thinking; exec sleep 600'], /test did not answer within 0.5 s.*thinking/s],
  ['has no program', ['/nowhere/kernel'], /there is no program \/nowhere\/kernel.*kernel.json names it/s],
])('a kernel that %s at its start: said with the end of its log, and never registered', async (_what, argv, says) => {
  controller = await startTestController();
  writeSpec('test', { argv });
  const program = await controller.start(['--kernel=test', '--IPEngine.kernel_timeout=0.5'], environment());
  expect((await program.exited).code).toBe(1);
  expect(program.output).toMatch(says);
  expect(program.output).toMatch(/--list-kernels/);
  expect(controller.registrations).toEqual([]);
  await gone(program.tag);
  expect(leftFolders()).toEqual([]);
});

test('a folder for temporary files that cannot be written', async () => {
  controller = await startTestController();
  writeSpec('test', { argv: ['sh'] });
  const program = await controller.start(['--kernel=test'], { ...environment(), TMPDIR: '/dev/null' });
  expect((await program.exited).code).toBe(1);
  expect(program.output).toMatch(/connection file cannot be written: ENOTDIR.*\n.*\$TMPDIR/);
});

test.each([
  ['unknown', 'tset', /there is no kernel 'tset'. Did you mean test\?\nThere are: node, python, test/],
  ['damaged', 'test', /test\/kernel.json cannot be used: .*JSON.*\nInstall the kernel again/s],
])('a kernel that is %s', async (_what, name, says) => {
  controller = await startTestController();
  writeSpec('test', '{"argv": [');
  const program = await controller.start([`--kernel=${name}`], environment());
  expect((await program.exited).code).toBe(1);
  expect(program.output).toMatch(says);
});
