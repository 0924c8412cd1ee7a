import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identifyProcess, isRunning } from './process-identity.ts';
import { claimHolder, claimProfile, pidFilePath, removeStaleClaims } from './profile-claim.ts';
import { ensureProfile } from './profiles.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-claim-'));
  ensureProfile(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const inUse = (pid: number) =>
  expect.objectContaining({ code: 'profile_in_use', message: expect.stringContaining(String(pid)) });

test('a second controller on the same profile and id is refused with the pid of the first', () => {
  const claim = claimProfile(folder, '');
  expect(() => claimProfile(folder, '')).toThrow(inUse(process.pid));
  const other = claimProfile(folder, 'other');
  claim.release();
  claim.release();
  expect(existsSync(claim.pidFile)).toBe(false);
  claimProfile(folder, '').release();
  other.release();
  expect(readdirSync(join(folder, 'pid'))).toEqual([]);
});

test.each([
  ['a process that is gone', '999999999\n123\n'],
  ['a pid that another program has by now', `${process.pid}\n1\n`],
  ['a pid without start that is no controller', `${process.ppid}\n`],
  ['garbage', 'garbage'],
  ['nothing', ''],
])('a pid file of %s is taken over', (_, text) => {
  writeFileSync(pidFilePath(folder, ''), text);
  expect(claimHolder(folder, '')).toBeUndefined();
  const claim = claimProfile(folder, '');
  expect(claim.replaced).toBe(/^\d/.test(text) ? Number.parseInt(text, 10) : undefined);
  expect(readFileSync(claim.pidFile, 'utf8')).toMatch(new RegExp(`^${process.pid}\n`));
  claim.release();
});

test('pid files of programs that are gone are removed, others stay', () => {
  const claim = claimProfile(folder, '');
  writeFileSync(pidFilePath(folder, '', 'ipcluster'), '999999999\n1\n');
  removeStaleClaims(folder, '');
  expect(readdirSync(join(folder, 'pid'))).toEqual(['ipcontroller.pid']);
  claim.release();
});

test('a guard left by a crash does not block for long', () => {
  const guard = `${pidFilePath(folder, '')}.guard`;
  writeFileSync(guard, '');
  utimesSync(guard, 0, 0);
  claimProfile(folder, '').release();
  expect(existsSync(guard)).toBe(false);
});

test('of many that start at once exactly one wins, and its pid file goes when it ends', async () => {
  const url = new URL('./profile-claim.ts', import.meta.url).href;
  const code = `import(${JSON.stringify(url)}).then(({ claimProfile }) => {
    claimProfile(${JSON.stringify(folder)}, '');
    process.stdout.write('won');
    process.stdin.resume();
  }, () => process.exit(3)).catch(() => process.exit(4));`;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['-e', code], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  const first = (child: (typeof children)[number]) =>
    Promise.race([once(child.stdout, 'data').then(() => 'won'), once(child, 'exit').then(([status]) => status)]);
  try {
    const outcomes = await Promise.all(children.map(first));
    expect(outcomes.toSorted()).toEqual([4, 4, 4, 'won'].toSorted());
    const winner = children[outcomes.indexOf('won')]!;
    expect(claimHolder(folder, '')?.pid).toBe(winner.pid);
    const ended = once(winner, 'exit');
    winner.stdin.end();
    await ended;
    expect(existsSync(pidFilePath(folder, ''))).toBe(false);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
});

test('a process is known by its start', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(child, 'spawn');
  const identity = identifyProcess(child.pid!)!;
  expect(isRunning(identity)).toBe(true);
  expect(isRunning({ ...identity, startedAt: 'another time' })).toBe(false);
  const ended = once(child, 'exit');
  child.stdin.end();
  await ended;
  expect(isRunning(identity)).toBe(false);
  for (const pid of [0, -1, 1.5, Number.NaN]) expect(identifyProcess(pid)).toBeUndefined();
});
