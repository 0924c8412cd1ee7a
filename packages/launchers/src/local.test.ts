import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess, isRunning } from '@muster/config';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalLauncher } from './local.ts';
import type { LaunchHandle, LaunchSpec } from './port.ts';

let profileDir: string;
const handles: LaunchHandle[] = [];

beforeEach(() => {
  profileDir = mkdtempSync(join(tmpdir(), 'muster-local-'));
  mkdirSync(join(profileDir, 'log'));
});

afterEach(async () => {
  for (const handle of handles.splice(0)) await createLocalLauncher({ killAfterMs: 0 }).remove(handle);
  rmSync(profileDir, { recursive: true });
});

const script = (code: string, more: Partial<LaunchSpec> = {}): LaunchSpec => ({
  command: [process.execPath, '-e', code],
  n: 1,
  identifier: 'test',
  numbered: false,
  profileDir,
  clusterId: 'c',
  environment: {},
  workDir: profileDir,
  delayMs: 0,
  ...more,
});

async function submit(spec: LaunchSpec): Promise<LaunchHandle> {
  const handle = await createLocalLauncher().submit(spec);
  handles.push(handle);
  return handle;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('not in 10 s');
    await delay(10);
  }
}

const logOf = (handle: LaunchHandle, key = '0') => readFileSync(handle.processes[key]!.outputFile, 'utf8');
const stay = 'setInterval(() => {}, 1000);';

test('output of every process goes to its own log, with the cluster in the environment', async () => {
  const code = `console.log(process.env.IPP_CLUSTER_ID, process.env.MORE); console.error(process.cwd()); ${stay}`;
  const handle = await submit(script(code, { n: 3, numbered: true, environment: { MORE: 'more' } }));
  for (const key of ['0', '1', '2']) {
    expect(handle.processes[key]?.outputFile).toBe(join(profileDir, 'log', `test-${key}.log`));
    await until(() => logOf(handle, key).split('\n').length === 3);
    expect(logOf(handle, key)).toContain('c more\n');
    expect(logOf(handle, key)).toContain(profileDir);
  }
  expect((await createLocalLauncher().status(handle)).running).toEqual(['0', '1', '2']);
});

test('a handle that was written and read again still ends everything, in parallel', async () => {
  const handle = await submit(script(stay, { n: 4 }));
  const restored = JSON.parse(JSON.stringify(handle)) as LaunchHandle;
  await createLocalLauncher().remove(restored);
  expect(Object.values(handle.processes).some(isRunning)).toBe(false);
  const { running, ended } = await createLocalLauncher().status(restored);
  expect(running).toEqual([]);
  expect(ended.map(({ key }) => key)).toEqual(['0', '1', '2', '3']);
});

test('who ignores SIGTERM is killed, with the children it left', async () => {
  const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stay)}]).pid`;
  const handle = await submit(script(`process.on('SIGTERM', () => {}); console.log(${child}); ${stay}`));
  await until(() => /^\d+\n$/.test(logOf(handle)));
  const grandchild = identifyProcess(Number(logOf(handle)));
  expect(grandchild).toBeDefined();
  await createLocalLauncher({ killAfterMs: 50 }).remove(handle);
  expect(isRunning(handle.processes['0']!)).toBe(false);
  await until(() => !isRunning(grandchild!));
});

test('children that outlive a process which ended well are ended too', async () => {
  const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stay)}]).pid`;
  const handle = await submit(script(`console.log(${child}); process.on('SIGTERM', () => process.exit(0)); ${stay}`));
  await until(() => /^\d+\n$/.test(logOf(handle)));
  const grandchild = identifyProcess(Number(logOf(handle)))!;
  await createLocalLauncher({ leftoversMs: 50 }).remove(handle);
  await until(() => !isRunning(grandchild));
});

test('a pid that another program has by now is neither running nor killed', async () => {
  const bystander = spawn(process.execPath, ['-e', stay], { stdio: 'ignore' });
  try {
    await until(() => bystander.pid !== undefined && identifyProcess(bystander.pid) !== undefined);
    const pid = bystander.pid as number;
    for (const startedAt of ['1', undefined]) {
      const handle: LaunchHandle = { launcher: 'local', processes: { '0': { pid, startedAt, outputFile: '' } } };
      expect((await createLocalLauncher().status(handle)).running).toEqual([]);
      await createLocalLauncher().signal?.(handle, 'SIGKILL');
      await createLocalLauncher().remove(handle);
    }
    expect(identifyProcess(pid)).toBeDefined();
  } finally {
    bystander.kill('SIGKILL');
  }
});

test('the exit status of a process that this program started is known', async () => {
  const launcher = createLocalLauncher();
  const failed = await launcher.submit(script('process.exit(3)'));
  const killed = await launcher.submit(script(stay));
  handles.push(failed, killed);
  await launcher.signal?.(killed, 'SIGKILL');
  const exitOf = async (handle: LaunchHandle) => (await launcher.status(handle)).ended[0]?.exit;
  await until(async () => (await exitOf(failed)) === 3);
  await until(async () => (await exitOf(killed)) === 'SIGKILL');
});

test('a program that does not exist, a folder that is not there, too many: a clear refusal', async () => {
  await expect(submit(script('', { command: ['/no/such/program'] }))).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('/no/such/program'),
  });
  await expect(submit(script(stay, { workDir: join(profileDir, 'none') }))).rejects.toMatchObject({
    code: 'start_failed',
  });
  await expect(submit(script(stay, { n: 1_000_000 }))).rejects.toMatchObject({ code: 'bad_option' });
  await expect(submit(script(stay, { n: 0 }))).rejects.toMatchObject({ code: 'bad_option' });
});
