import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  clusterFilesOf,
  freePort,
  leftBehind,
  processesOf,
  runProgram,
  startProgram,
  temporaryFolder,
  until,
  watchTemporaryFolders,
} from './index.ts';

const node = process.execPath;

test('until gives the first true value and tells what did not come', async () => {
  let calls = 0;
  expect(await until(() => (++calls === 3 ? 'third' : ''), { what: 'a third call', everyMs: 1 })).toBe('third');
  await expect(until(() => false, { what: 'the impossible', timeoutMs: 10 })).rejects.toThrow(/10 ms: the impossible/);
  const failing = until(() => Promise.reject(new Error('no such door')), { what: 'a door', timeoutMs: 10 });
  await expect(failing).rejects.toThrow(/a door \(no such door\)/);
});

test('a temporary folder is private and goes with its scope', async () => {
  const made = await watchTemporaryFolders();
  let path: string;
  {
    await using folder = await temporaryFolder('testkit');
    path = folder.path;
    await writeFile(join(path, 'file'), 'x');
    expect(await made()).toContain(path.split('/').at(-1));
  }
  expect(existsSync(path)).toBe(false);
});

test('a free port can be bound', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((done, failed) => server.on('error', failed).listen(port, '127.0.0.1', done));
  server.close();
});

test('a program is started with its environment, heard and stopped', async () => {
  await using program = await startProgram([node, '-e', 'console.log(process.env.WORD); setInterval(() => {}, 9e6)'], {
    env: { WORD: 'hello' },
  });
  await program.says('hello');
  expect(await program.stop()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(program.exit).toBeDefined();
  expect(await processesOf(program.tag)).toEqual([]);
});

test('a program that ignores SIGTERM is killed', async () => {
  const stubborn = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 9e6)';
  await using program = await startProgram([node, '-e', stubborn]);
  await program.says('up');
  expect(await program.stop({ graceMs: 50 })).toEqual({ code: null, signal: 'SIGKILL' });
});

test('says tells at once when the program has ended, and what it said', async () => {
  await using program = await startProgram([node, '-e', 'console.error("boom"); process.exit(3)']);
  await expect(program.says('never', 60_000)).rejects.toThrow(/ended \(3\)[\s\S]*boom/);
});

test('a program that does not exist rejects', async () => {
  await expect(startProgram(['/no/such/program'])).rejects.toThrow(/ENOENT/);
});

test('stop also ends daemons that left the group, and they are found by the tag', async () => {
  const daemon = 'setsid sleep 1000 > /dev/null 2>&1 & echo started; wait';
  await using program = await startProgram(['/bin/sh', '-c', daemon]);
  await program.says('started');
  await until(async () => (await processesOf(program.tag)).some(({ command }) => command === 'sleep 1000'), {
    what: 'the daemon is found',
  });
  await program.stop();
  expect(await leftBehind(program.tag)).toEqual([]);
});

test('runProgram gives exit, output and what was left behind, and stops what takes too long', async () => {
  const done = await runProgram(['/bin/sh', '-c', 'echo out; echo err >&2; cat; exit 4'], { input: 'in' });
  expect(done).toMatchObject({ code: 4, stdout: 'out\nin', leftBehind: [] });
  expect(done.output).toContain('err');
  const left = await runProgram(['/bin/sh', '-c', 'setsid sleep 1000 > /dev/null 2>&1 & sleep 0.1']);
  expect(left.leftBehind).toEqual(['sleep 1000']);
  await expect(runProgram(['sleep', '1000'], { timeoutMs: 30 })).rejects.toThrow(/did not end within 30 ms/);
});

test('the files of a cluster are listed, the rest of a profile is not', async () => {
  await using folder = await temporaryFolder('testkit');
  await mkdir(join(folder.path, 'security'));
  await mkdir(join(folder.path, 'log'));
  await writeFile(join(folder.path, 'security', 'ipcontroller-client.json'), '{}');
  await writeFile(join(folder.path, 'log', 'x.log'), '');
  expect(await clusterFilesOf(folder.path)).toEqual(['security/ipcontroller-client.json']);
});

test('when a run is killed, its programs end and its folders go', async () => {
  const run = `
    const { startProgram, temporaryFolder } = await import(${JSON.stringify(import.meta.resolve('./index.ts'))});
    const folder = await temporaryFolder('killed');
    const program = await startProgram(['sh', '-c', 'setsid sleep 1001 & wait']);
    console.log(JSON.stringify({ path: folder.path, tag: program.tag }));
    setInterval(() => {}, 9e6);`;
  await using runner = await startProgram([node, '--input-type=module', '-e', run]);
  await runner.says('}');
  const { path, tag } = JSON.parse(runner.stdout) as { path: string; tag: string };
  expect(tag.startsWith(`${runner.tag}/`)).toBe(true);
  await until(async () => (await processesOf(tag)).length === 2, { what: 'shell and sleep run' });
  process.kill(runner.pid, 'SIGKILL');
  await until(async () => (await processesOf(tag)).length === 0, { what: 'its programs have ended' });
  await until(() => !existsSync(path), { what: 'its folder is gone' });
});
