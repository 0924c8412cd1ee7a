import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineHandle, EngineLauncher, EngineProgram } from './engine-launcher.ts';
import { createLocalEngineLauncher } from './local-engines.ts';
import { createSites } from './sites/sites.ts';

let home: string;
let launcher: EngineLauncher<unknown, EngineHandle>;
const handles: EngineHandle[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'muster-engines-'));
  const env = { ...process.env, HOME: home, MUSTER_KEY: 'of the service' };
  launcher = createLocalEngineLauncher(createSites({ env }));
});

afterEach(async () => {
  for (const handle of handles.splice(0)) await launcher.remove(handle);
  rmSync(home, { recursive: true });
});

const shell = (script: string, more: Partial<EngineProgram> = {}): EngineProgram => ({
  kernel: 'node',
  command: ['/bin/sh', '-c', script, 'engine'],
  ...more,
});

async function submit(engine: EngineProgram, id = 'training-x7k2p'): Promise<EngineHandle> {
  const handle = launcher.plan({ id, n: 1, spec: {} }, []);
  handles.push(handle);
  await launcher.submit({ handle, spec: {}, engine, connection: '{"key": "it\'s secret"}' });
  return handle;
}

const folder = (id = 'training-x7k2p') => join(home, '.muster/launches', id);
const logOf = () => readFileSync(join(folder(), 'log'), 'utf8');
const statusOf = async (handle: EngineHandle) => (await launcher.status([handle])).get(handle.id);
const stay = 'exec sleep 1000';

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('not in 10 s');
    await delay(20);
  }
}

const ended = async (handle: EngineHandle) => (await statusOf(handle))?.engines[0]?.state === 'ended';
const runs = (pid: number): boolean => {
  try {
    return !/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

test('an engine gets its uuid, its environment and its folder, and no settings of the program that starts it', async () => {
  const script = `echo "$@"; echo "$IPP_CONNECTION_INFO"; echo "$MORE"; pwd; echo "key: $MUSTER_KEY"; ${stay}`;
  const env = [{ name: 'MORE', value: "it's\n$HOME `id`" }];
  const handle = await submit(shell(script, { env, workDir: '/usr', args: ['--x=a b'], startupCommand: 'let a = 1' }));
  expect((await statusOf(handle))?.engines).toEqual([{ state: 'running', reason: '' }]);
  await until(() => logOf().includes('key:'));
  expect(logOf()).toBe(
    `--IPEngine.startup_command=let a = 1 --x=a b --Session.session=training-x7k2p-0\n{"key": "it's secret"}\nit's\n$HOME \`id\`\n/usr\nkey: \n`,
  );
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder(), 'log')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder(), 'run'), 'utf8')).not.toContain('secret');
});

test('the same id is started once, also when both come at once; a handle survives as JSON', async () => {
  const script = `echo one >>"$HOME/starts"; ${stay}`;
  const [handle] = await Promise.all([submit(shell(script)), submit(shell(script))]);
  await submit(shell(script));
  await until(async () => (await statusOf(handle!))?.engines[0]?.state === 'running');
  expect(readFileSync(join(home, 'starts'), 'utf8')).toBe('one\n');
  await launcher.remove(JSON.parse(JSON.stringify(handle)) as EngineHandle);
  expect((await statusOf(handle!))?.engines[0]?.state).toBe('absent');
});

test('whoever submits may be killed at any moment, and do it again: one engine starts', {
  timeout: 60_000,
}, async () => {
  const source = import.meta.resolve('./index.ts');
  const tryIt = async (afterMs: number, i: number): Promise<void> => {
    const id = `again-${i}`;
    const engine = shell(`echo one >>"$HOME/starts-${i}"; ${stay}`);
    const launch = { handle: { launcher: 'local', id, n: 1 }, spec: {}, engine, connection: '{}' };
    const program = `const { createLocalEngineLauncher, createSites } = await import(${JSON.stringify(source)});
      console.log('begins');
      await createLocalEngineLauncher(createSites()).submit(${JSON.stringify(launch)});`;
    const submitter = spawn(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, HOME: home },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => submitter.stdout.once('data', resolve));
    await delay(afterMs);
    submitter.kill('SIGKILL');
    const handle = await submit(engine, id);
    await until(async () => (await statusOf(handle))?.engines[0]?.state === 'running');
    await until(() => statSync(join(home, `starts-${i}`), { throwIfNoEntry: false })?.size !== undefined);
    await launcher.remove(handle);
    expect(readFileSync(join(home, `starts-${i}`), 'utf8')).toBe('one\n');
  };
  await Promise.all([0, 15, 30, 60, 200].map(tryIt));
});

test('how an engine ended is told with the end of its log', async () => {
  const failed = await submit(shell('echo no such module >&2; exit 3'), 'failed-1');
  const killed = await submit(shell('kill -KILL $$'), 'killed-1');
  await until(() => ended(failed));
  await until(() => ended(killed));
  expect(await statusOf(failed)).toEqual({
    ...{ engines: [{ state: 'ended', reason: 'status 3' }], reason: '', logTail: 'no such module' },
  });
  expect((await statusOf(killed))?.engines[0]?.reason).toBe('SIGKILL');
});

test('remove lets an engine end, kills one that does not, and all that it left in whatever session', async () => {
  const leftover = `setsid sh -c 'echo $$ >"$HOME/leftover"; trap "" TERM; while :; do sleep 1; done' &`;
  const handle = await submit(
    shell(`trap 'echo bye >"$HOME/bye"; exit' TERM; ${leftover} while :; do sleep 0.1; done`),
  );
  await until(() => statSync(join(home, 'leftover'), { throwIfNoEntry: false })?.size !== undefined);
  await until(() => readFileSync(join(home, 'leftover'), 'utf8').endsWith('\n'));
  const pid = Number(readFileSync(join(home, 'leftover'), 'utf8'));
  expect(runs(pid)).toBe(true);
  await launcher.remove(handle);
  expect(runs(pid)).toBe(false);
  expect(readFileSync(join(home, 'bye'), 'utf8')).toBe('bye\n');
  expect(() => statSync(folder())).toThrow(/ENOENT/);
}, 20_000);

test('a process that has got the number of an ended one is neither running nor killed', async () => {
  const handle = await submit(shell(stay));
  const bystander = spawn('sleep', ['1000'], { stdio: 'ignore' });
  try {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(folder(), 'pid'), `${bystander.pid} some-other-start\n`);
    expect((await statusOf(handle))?.engines).toEqual([
      { state: 'ended', reason: 'it is gone without a note: killed, or the machine was started anew' },
    ]);
    await launcher.remove(handle);
    expect(runs(bystander.pid!)).toBe(true);
  } finally {
    bystander.kill('SIGKILL');
  }
});

test('what cannot be started leaves nothing', async () => {
  await expect(submit(shell('', { command: ['no-such-engine'] }))).rejects.toMatchObject({
    ...{ code: 'start_failed', message: 'On this machine there is no program no-such-engine.' },
  });
  await expect(submit(shell(stay, { workDir: "/no/it's" }))).rejects.toThrow("there is no folder /no/it's.");
  await expect(submit(shell(stay, { env: [{ name: 'A B', value: '' }] }))).rejects.toMatchObject({
    code: 'bad_option',
  });
  await expect(submit(shell(stay, { args: ['\0'] }))).rejects.toMatchObject({ code: 'bad_option' });
  expect(() => launcher.plan({ id: '../x', n: 1, spec: {} }, [])).toThrow(/cannot be the id/);
  expect(() => launcher.plan({ id: 'x', n: 2, spec: {} }, [])).toThrow(/A launch of 2 engines/);
  expect((await statusOf(handles[0]!))?.engines[0]?.state).toBe('absent');
});
