import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTail } from './tail.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-tail-'));
  path = join(folder, 'a.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the last lines, then whole lines as they come', async () => {
  writeFileSync(path, 'one\ntwo\nthree\n');
  const tail = createTail({ from: path }, 2);
  expect(await tail.next()).toEqual(['two', 'three']);
  expect(await tail.next()).toEqual([]);
  appendFileSync(path, 'four\nfi');
  expect(await tail.next()).toEqual(['four']);
  appendFileSync(path, 've – €\n');
  expect(await tail.next()).toEqual(['five – €']);
});

test('goes on where a log is rotated, cut, or not there yet', async () => {
  const tail = createTail({ from: path }, 5);
  expect(await tail.next()).toEqual([]);
  writeFileSync(path, 'old\n');
  expect(await tail.next()).toEqual(['old']);
  renameSync(path, `${path}.1`);
  writeFileSync(path, 'new\n');
  expect(await tail.next()).toEqual(['new']);
  truncateSync(path, 0);
  appendFileSync(path, 'x\n');
  expect(await tail.next()).toEqual(['x']);
});

test('no lines of the past, when none are wanted', async () => {
  writeFileSync(path, 'past\n');
  const tail = createTail({ from: path }, 0);
  expect(await tail.next()).toEqual([]);
  appendFileSync(path, 'now\n');
  expect(await tail.next()).toEqual(['now']);
});

test('a log that is fetched as a whole: what follows what was seen', async () => {
  let text = 'a\nb\n';
  const tail = createTail({ from: async () => text }, 1);
  expect(await tail.next()).toEqual(['b']);
  text = 'a\nb\nc\n';
  expect(await tail.next()).toEqual(['c']);
  expect(await tail.next()).toEqual([]);
});
