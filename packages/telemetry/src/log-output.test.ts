import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogFile, createLogOutput } from './index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const said: string[] = [];
beforeEach(() => said.splice(0));
const say = (line: string): void => void said.push(line);
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

test('a file that would grow beyond its limit is put aside; so many are kept', () => {
  const file = createLogFile({ path: at('x.log'), maxBytes: 10, files: 3, say });
  for (const line of ['one 1\n', 'two 2\n', 'three\n', 'four4\n', 'a line that is longer than the limit\n', 'six 6\n'])
    file.write(line);
  file.close();
  expect(readdirSync(folder).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
  expect([read('x.log'), read('x.log.1'), read('x.log.2')]).toEqual([
    'six 6\n',
    'a line that is longer than the limit\n',
    'four4\n',
  ]);
  expect(statSync(at('x.log')).mode & 0o777).toBe(0o600);
  expect(said).toEqual([]);
});

test('with one file only, it begins anew', () => {
  const file = createLogFile({ path: at('x.log'), maxBytes: 10, files: 1, say });
  for (const line of ['one 1\n', 'two 2\n']) file.write(line);
  file.close();
  expect(readdirSync(folder)).toEqual(['x.log']);
  expect(read('x.log')).toBe('two 2\n');
});

test('whatever is written, the files hold the last lines in order and keep their limits', () => {
  const lines = fc.array(
    fc.string({ maxLength: 30, unit: 'grapheme' }).map((text) => `${text.replaceAll('\n', '')}\n`),
  );
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 4 }), (all, maxBytes, files) => {
      const own = mkdtempSync(join(folder, 'p'));
      const path = join(own, 'x.log');
      const file = createLogFile({ path, maxBytes, files, say });
      for (const line of all) file.write(line);
      file.close();
      const names = Array.from({ length: files }, (_, n) => (n === 0 ? path : `${path}.${n}`)).reverse();
      const texts = names.filter((name) => existsSync(name)).map((name) => readFileSync(name, 'utf8'));
      expect(all.join('').endsWith(texts.join(''))).toBe(true);
      for (const text of texts)
        expect(Buffer.byteLength(text) <= maxBytes || text.indexOf('\n') === text.length - 1).toBe(true);
      expect(readdirSync(own).length).toBe(texts.length);
      rmSync(own, { recursive: true });
    }),
    { numRuns: 50 },
  );
  expect(said).toEqual([]);
});

test('a file that somebody else puts aside or removes is made anew', () => {
  let now = 0;
  const file = createLogFile({ path: at('x.log'), maxBytes: 100, files: 2, say, nowMs: () => now });
  file.write('one\n');
  renameSync(at('x.log'), at('x.log.old'));
  now += 2000;
  file.write('two\n');
  rmSync(at('x.log'));
  now += 2000;
  file.write('three\n');
  file.close();
  expect(read('x.log')).toBe('three\n');
  expect(read('x.log.old')).toBe('one\n');
});

test.skipIf(!existsSync('/dev/full'))('a full disk is told once, and again when there is room', () => {
  let now = 0;
  symlinkSync('/dev/full', at('x.log'));
  const file = createLogFile({ path: at('x.log'), maxBytes: 100, files: 2, say, nowMs: () => now });
  for (let n = 0; n < 5; n++, now += 30_000) file.write('lost\n');
  expect(said).toEqual([expect.stringMatching(/x\.log cannot be written, so the log goes on without it: ENOSPC/)]);
  rmSync(at('x.log'));
  now += 60_000;
  file.write('there\n');
  file.close();
  expect(read('x.log')).toBe('there\n');
  expect(said.slice(1)).toEqual([expect.stringContaining('is written again; 5 lines are not in it')]);
});

test('a folder that cannot be had, or a file that is none, costs the file and nothing else', () => {
  writeFileSync(at('taken'), '');
  const lines: string[] = [];
  const choice = { name: 'ipx', maxBytes: 100, files: 2, clean: false };
  const output = createLogOutput({ ...choice, folder: at('taken/log') }, (line) => lines.push(line));
  output.write('one\n');
  output.close();
  expect(output.path).toBeUndefined();
  expect(lines).toEqual([expect.stringMatching(/^ipx: there is no log file in .*taken\/log: ENOTDIR/), 'one\n']);

  mkdirSync(at('x.log'));
  const file = createLogFile({ path: at('x.log'), maxBytes: 100, files: 2, say });
  file.write('one\n');
  expect(said).toEqual([expect.stringContaining('EISDIR')]);
});

test('lines go to the terminal and to a file with the pid; old files go, new ones stay', () => {
  const old = new Date(Date.now() - 86_400_000 * 2);
  for (let n = 0; n < 105; n++) {
    writeFileSync(at(`ipx-${n}.log`), '');
    if (n < 103) utimesSync(at(`ipx-${n}.log`), old, old);
  }
  writeFileSync(at('ipx-demo-1.log'), '');
  utimesSync(at('ipx-demo-1.log'), old, old);
  const lines: string[] = [];
  const choice = { folder, name: 'ipx', maxBytes: 100, files: 2 };
  const output = createLogOutput({ ...choice, clean: false }, (line) => lines.push(line));
  output.write('one\n');
  output.close();
  expect(output.path).toBe(at(`ipx-${process.pid}.log`));
  expect(read(`ipx-${process.pid}.log`)).toBe('one\n');
  expect(lines).toEqual(['one\n']);
  expect(readdirSync(folder)).toHaveLength(100 + 1 + 1);
  createLogOutput({ ...choice, clean: true }, () => {}).close();
  expect(readdirSync(folder).sort()).toEqual(
    ['ipx-103.log', 'ipx-104.log', `ipx-${process.pid}.log`, 'ipx-demo-1.log'].sort(),
  );
});

const writer = fileURLToPath(new URL('./testing/write-lines.ts', import.meta.url));

test('several processes with one file lose no line and keep its limits', async () => {
  const names = ['a', 'b', 'c'];
  const count = 400;
  const children = names.map((name) =>
    spawn(process.execPath, [writer, at('x.log'), name, String(count), '4000', '50']),
  );
  const ends = await Promise.all(children.map((child) => once(child, 'close')));
  expect(ends.map(([status]) => status)).toEqual([0, 0, 0]);
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(3);
  const lines = files.flatMap((name) => read(name).split('\n').slice(0, -1));
  const wanted = names.flatMap((name) => Array.from({ length: count }, (_, n) => `${name} ${n} ${'.'.repeat(20)}`));
  expect(lines.sort()).toEqual(wanted.sort());
});

test.skipIf(process.platform !== 'linux')('a file that stderr is already is kept within its limits', async () => {
  const stderr = openSync(at('ipx-1.log'), 'a');
  const child = spawn(process.execPath, [writer, '--folder', folder, 'a', '400', '4000', '3'], {
    stdio: ['ignore', 'ignore', stderr],
  });
  closeSync(stderr);
  expect((await once(child, 'close'))[0]).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['ipx-1.log', 'ipx-1.log.1', 'ipx-1.log.2']);
  const text = read('ipx-1.log.2') + read('ipx-1.log.1') + read('ipx-1.log');
  const all = Array.from({ length: 400 }, (_, n) => `a ${n} ${'.'.repeat(20)}\n`).join('');
  expect(all.endsWith(text)).toBe(true);
  for (const name of readdirSync(folder)) expect(statSync(at(name)).size).toBeLessThan(5000);
});

test.skipIf(!existsSync('/sys/kernel'))('a folder that may not be written', () => {
  const lines: string[] = [];
  // Nobody, root included, can make files there.
  const choice = { folder: '/sys', name: 'ipx', maxBytes: 100, files: 2, clean: false };
  createLogOutput(choice, (line) => lines.push(line)).write('one\n');
  expect(lines).toEqual(['one\n', expect.stringContaining('EACCES')]);
});
