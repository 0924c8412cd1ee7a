// Life and death of real engines.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processesOf, until } from '@muster/testkit';
import { afterEach, expect, test } from 'vitest';
import type { TestController } from '../test-controller.ts';
import { startTestController } from '../test-controller.ts';

let controller: TestController;
afterEach(() => controller.stop());

async function startOne(args: readonly string[] = []) {
  controller = await startTestController();
  const program = await controller.start(args);
  const uuid = await controller.ready();
  const execute = (code: string): string => controller.send(uuid, 'mux', 'execute_request', { code, silent: false });
  const isRunning = (id: string): Promise<boolean> =>
    until(() => controller.of(id).some(({ type }) => type === 'execute_input'), { what: `${id} runs` });
  return { program, uuid, execute, isRunning };
}
const gone = (tag: string): Promise<boolean> =>
  until(async () => (await processesOf(tag)).length === 0, { what: 'no process is left', timeoutMs: 5000 });

test('registers with its kind, says how long its start took, and says goodbye on SIGTERM', async () => {
  const { program, uuid } = await startOne(['--id=7']);
  expect(controller.registrations).toEqual([{ uuid, kernel: 'node', id: 7 }]);
  expect(program.output).toMatch(/\[engine 0\] INFO engine ready .*nannyMs=\d+ kernelMs=\d+/);
  const exit = await program.stop();
  expect(exit).toEqual({ code: 0, signal: null });
  await until(() => controller.unregistrations.length === 1, { what: 'the goodbye' });
  expect(controller.unregistrations).toEqual([{ id: 0 }]);
});

test('SIGINT interrupts the code that runs; without one it means nothing', async () => {
  const { program, uuid, execute, isRunning } = await startOne();
  const id = execute('for (;;);');
  await isRunning(id);
  process.kill(program.pid, 'SIGINT');
  expect((await controller.done(id)).content).toMatchObject({ ename: 'KeyboardInterrupt' });
  process.kill(program.pid, 'SIGINT');
  // By the second answer the first interrupt, which says that it met nothing, has long been handled.
  for (const _ of [1, 2]) {
    const reply = await controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
    expect(reply.content).toMatchObject({ interrupted: 'idle' });
  }
  expect((await controller.done(execute('1'))).content.status).toBe('ok');
});

test.each([
  ['killed', 'process.kill(process.pid, "SIGKILL")', 'signal=SIGKILL'],
  ['aborted', 'process.abort()', 'signal=SIGABRT'],
  ['really left', 'process.reallyExit(5)', 'exitStatus=5'],
])('a kernel that is %s: the controller is told at once', async (_what, code, log) => {
  const { program, execute } = await startOne();
  const id = execute(code);
  await until(() => controller.unregistrations.length > 0, { what: 'the goodbye', everyMs: 2, timeoutMs: 5000 });
  expect(controller.unregistrations).toEqual([{ id: 0 }]);
  expect(controller.replies.has(id)).toBe(false);
  expect(await program.exited).toEqual({ code: 1, signal: null });
  expect(program.output).toContain(`the kernel crashed; the controller has been told ${log}`);
});

test.each([
  ['idle and never used', undefined],
  ['idle', '1'],
  ['in a loop', 'for (;;);'],
  ['waiting', 'await new Promise(() => {})'],
])('a kernel that is %s does not outlive its nanny', async (_what, code) => {
  const { program, execute, isRunning } = await startOne();
  if (code !== undefined) await isRunning(execute(code));
  process.kill(program.pid, 'SIGKILL');
  await gone(program.tag);
});

test('a busy kernel: the heart beats and control is answered; SIGTERM ends it all the same', async () => {
  const { program, uuid, execute, isRunning } = await startOne();
  const id = execute('for (;;);');
  await isRunning(id);
  controller.beating.clear();
  await until(() => controller.beating.has(uuid), { what: 'a beat' });
  const abort = await controller.done(controller.send(uuid, 'control', 'abort_request', { msg_ids: ['x'] }));
  expect(abort.content.status).toBe('ok');
  expect((await program.stop()).code).toBe(0);
  await until(() => controller.unregistrations.length === 1, { what: 'the goodbye' });
});

test('shutdown_request: everyone who waits is answered, then it ends', async () => {
  const { program, uuid, execute, isRunning } = await startOne();
  const running = execute('await new Promise(() => {})');
  await isRunning(running);
  const waiting = execute('1');
  // Answered at once, so what was sent before it has arrived.
  await controller.done(controller.send(uuid, 'mux', 'kernel_info_request', {}));
  const reply = await controller.done(controller.send(uuid, 'control', 'shutdown_request', { restart: false }));
  expect(reply.content).toEqual({ status: 'ok', restart: false });
  expect((await controller.done(running)).content).toMatchObject({ ename: 'EngineError' });
  expect((await controller.done(waiting)).content).toEqual({ status: 'aborted' });
  expect((await program.exited).code).toBe(0);
  const farewell = controller.published.find(({ type }) => type === 'shutdown_reply');
  expect(farewell?.topic).toBe('engine.0.shutdown');
  expect(farewell?.message.header.session).toBe(uuid);
  expect(controller.unregistrations).toEqual([{ id: 0 }]);
});

test('shutdown_request with restart: a fresh kernel in the same registration, startup code included', async () => {
  const { uuid, execute, program } = await startOne(['-c', 'var started = (globalThis.started ?? 0) + 1']);
  const shownBy = async (id: string): Promise<string> =>
    JSON.stringify((await controller.done(id)).published.map(({ message }) => message.content));
  expect(await shownBy(execute("var kept = 1; typeof kept + ' ' + started"))).toContain("'number 1'");
  const reply = await controller.done(controller.send(uuid, 'control', 'shutdown_request', { restart: true }));
  expect(reply.content).toEqual({ status: 'ok', restart: true });
  await program.says('kernel restarted');
  // Its sockets may still be shaking hands, and ROUTER and PUB drop what is for peers they do not know yet.
  const tries: string[] = [];
  const tryAgain = (): string | undefined => {
    tries.push(execute("typeof kept + ' ' + started"));
    return tries.find(
      (id) => controller.replies.has(id) && controller.of(id).some(({ type }) => type === 'execute_input'),
    );
  };
  const answered = await until(tryAgain, { what: 'an answer', everyMs: 100 });
  expect(await shownBy(answered)).toContain("'undefined 1'");
  expect(controller.registrations.length).toBe(1);
  expect(controller.unregistrations).toEqual([]);
  expect(controller.published.some(({ type }) => type === 'shutdown_reply')).toBe(false);
});

test('code that no interrupt reaches: the second one puts a fresh engine in its place', async () => {
  const { uuid, execute, isRunning, program } = await startOne();
  const id = execute("require('node:child_process').execSync('sleep 60')");
  await isRunning(id);
  const interrupt = () => controller.done(controller.send(uuid, 'control', 'interrupt_request', {}));
  const first = await interrupt();
  expect(first.content).toMatchObject({ status: 'error', ename: 'InterruptTimeout' });
  expect((await interrupt()).content).toMatchObject({ status: 'ok', interrupted: 'replaced' });
  const successor = await controller.ready(1);
  expect(successor).not.toBe(uuid);
  expect(controller.unregistrations).toEqual([{ id: 0 }]);
  const next = controller.send(successor, 'mux', 'execute_request', { code: '1' });
  expect((await controller.done(next)).content.status).toBe('ok');
  expect(program.exit).toBe(undefined);
});

test('signal_request with SIGTERM ends the engine in good order', async () => {
  const { program, uuid } = await startOne();
  controller.send(uuid, 'control', 'signal_request', { sig: 15 });
  expect((await program.exited).code).toBe(0);
  expect(controller.unregistrations).toEqual([{ id: 0 }]);
});

test('signal_request sends other signals to the kernel', async () => {
  const { program, uuid } = await startOne();
  controller.send(uuid, 'control', 'signal_request', { sig: 'SIGKILL' });
  expect((await program.exited).code).toBe(1);
  expect(controller.unregistrations).toEqual([{ id: 0 }]);
});

test('a refused registration ends with the reason and status 255', async () => {
  controller = await startTestController({ refuse: "uuid 'X' in use" });
  const program = await controller.start();
  expect(await program.exited).toEqual({ code: 255, signal: null });
  expect(program.output).toContain("uuid 'X' in use");
  await gone(program.tag);
});

test('a controller that does not answer: said after the time-out, given up after the limit', async () => {
  controller = await startTestController({ silent: true });
  const program = await controller.start(['--timeout=0.2', '--IPEngine.registration_limit=0.5']);
  expect((await program.exited).code).toBe(255);
  expect(program.output).toContain('no answer from the controller yet');
  expect(program.output).toMatch(/did not answer the registration within 0.5 s.*remedy=Check that it runs/);
  await gone(program.tag);
});

test('a controller that does not answer and writes a new connection file: the engine registers there', async () => {
  controller = await startTestController({ silent: true });
  const other = await startTestController();
  try {
    const program = await controller.start(['--timeout=0.2']);
    await program.says('waiting for it');
    const text = readFileSync(other.file, 'utf8');
    // Half a file is no new one.
    writeFileSync(controller.file, text.slice(0, 40));
    writeFileSync(controller.file, text);
    await program.says('engine ready');
    expect(program.output).toContain('there is a new connection file');
  } finally {
    await other.stop();
  }
});

test('a lost controller: the engine ends after so many beats without a ping', async () => {
  const { program } = await startOne(['--IPEngine.max_heartbeat_misses=1']);
  controller.stopPings();
  expect((await program.exited).code).toBe(1);
  expect(program.output).toContain('no heartbeat from the controller');
  await gone(program.tag);
});

const oddFiles = 'the connection file: missing, half-written, readable by others, or as text in the environment';
test(oddFiles, { timeout: 60_000 }, async () => {
  controller = await startTestController({ silent: true });
  const at = (name: string, text: string, mode = 0o600): string => {
    const path = join(controller.folder, name);
    writeFileSync(path, text, { mode });
    return path;
  };
  const ended = async (args: string[]) => {
    const program = await controller.start(args);
    await program.exited;
    await gone(program.tag);
    return `${program.exit?.code} ${program.output}`;
  };
  expect(await ended(['--file=/nowhere.json', '--IPEngine.wait_for_url_file=0.1'])).toMatch(
    /^1 .*nowhere.json did not appear within 0.1 s.\nStart a cluster/s,
  );
  expect(await ended([`--file=${at('half.json', '{"interface": "tcp')}`])).toMatch(/^1 .*half.json: .*half written/s);
  const text = readFileSync(controller.file, 'utf8');
  expect(await ended([`--file=${at('open.json', text, 0o644)}`])).toMatch(/^1 .*Run: chmod 600/s);
  expect(await ended(['--url=http://x'])).toMatch(/^1 .*is not an address.\nGive tcp:/s);
  expect(await ended(['--work-dir=/nowhere'])).toMatch(/^1 .*nowhere is not a folder.\nMake it/s);
  expect(await ended(['-s', '/nowhere.js'])).toMatch(/^1 .*startup script cannot be read/s);
  expect(await ended(['--bogus'])).toMatch(/^2 .*bogus/s);
  for (const uuid of ['a b', 'é', 'x'.repeat(256)])
    expect(await ended([`--uuid=${uuid}`])).toMatch(/^1 .*cannot be the identity.*\nGive 1 to 255/s);
  const program = await controller.start(['--file='], { IPP_CONNECTION_INFO: text });
  await until(() => controller.registrations.length === 1, { what: 'registration by the environment' });
  await program.stop();
});

test('an engine is known by the identity that it was given', async () => {
  controller = await startTestController();
  const program = await controller.start(['--uuid=launch-7-0']);
  await program.says('engine ready');
  expect(controller.registrations).toMatchObject([{ uuid: 'launch-7-0' }]);
  await program.stop();
  await gone(program.tag);
});

test('an engine that is stopped before it is registered leaves nothing', async () => {
  controller = await startTestController({ silent: true });
  const program = await controller.start();
  await until(() => controller.registrations.length === 1, { what: 'the request' });
  expect((await program.stop()).code).toBe(0);
  await gone(program.tag);
  expect(controller.unregistrations).toEqual([{ id: null }]);
});
