import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultsOf, ensureProfile, identifyProcess } from '@muster/config';
import { type LaunchHandle, launcherSettings } from '@muster/launchers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterFilePath, isEmpty, keepsFiles, listClusterIds, loadCluster, updateCluster } from './cluster-store.ts';
import { formatList } from './commands/list.ts';
import { createLaunchers } from './launchers.ts';
import { logTail } from './log-tail.ts';
import { registeredEngines } from './registered.ts';
import { freeSetId } from './set-ids.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-store-'));
  ensureProfile(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const launchers = createLaunchers(defaultsOf(launcherSettings), '/');
const place = () => ({ profileDir: folder, clusterId: 'c' });
const handleOf = (processes: LaunchHandle['processes']): LaunchHandle => ({ launcher: 'local', processes });
const mine = { ...identifyProcess(process.pid)!, outputFile: '' };
const gone = { pid: process.ppid, startedAt: '1', outputFile: '' };
const save = (controller: LaunchHandle | undefined, engineSets: Record<string, LaunchHandle>): void =>
  updateCluster(place(), () => ({ ...place(), options: {}, controller, engineSets }));

test('what has ended is left out, and a pid that is used again is not ours', async () => {
  save(handleOf({ '0': gone }), { a: handleOf({ '0': mine, '1': gone }), b: handleOf({ '0': gone }) });
  const found = (await loadCluster(place(), launchers))!;
  expect(found.controller).toBeUndefined();
  expect(found.engineSets).toEqual({ a: handleOf({ '0': mine }) });
  expect(isEmpty(found)).toBe(false);
  expect(listClusterIds(folder)).toEqual(['c']);
});

test('changes add up; a cluster without processes has no file', async () => {
  save(handleOf({ '0': mine }), {});
  updateCluster(place(), (cluster) => ({ ...cluster!, engineSets: { a: handleOf({ '0': mine }) } }));
  expect((await loadCluster(place(), launchers))?.engineSets.a).toBeDefined();
  updateCluster(place(), (cluster) => ({ ...cluster!, controller: undefined, engineSets: {} }));
  expect(readdirSync(join(folder, 'security'))).toEqual([]);
  expect(readdirSync(join(folder, 'pid'))).toEqual([]);
  expect(await loadCluster(place(), launchers)).toBeUndefined();
});

test('a cluster of another machine that shares the folder is left as it is', async () => {
  save(handleOf({ '0': gone }), {});
  const notes = join(folder, 'pid', 'cluster-c.json');
  writeFileSync(notes, readFileSync(notes, 'utf8').replace(/"host":"[^"]*"/, '"host":"elsewhere"'));
  const found = (await loadCluster(place(), launchers))!;
  expect(found).toMatchObject({ otherHost: 'elsewhere', controller: handleOf({ '0': gone }) });
  expect(formatList([found])).toContain('on elsewhere');
});

test('a broken file is no cluster; ids that are paths are refused', async () => {
  writeFileSync(clusterFilePath(place()), '{"cluster":');
  expect(await loadCluster(place(), launchers)).toBeUndefined();
  await expect(loadCluster({ ...place(), clusterId: '../c' }, launchers)).rejects.toMatchObject({ code: 'bad_option' });
  expect(listClusterIds(join(folder, 'none'))).toEqual([]);
});

test.each([
  [['--reuse'], true],
  [['--nodb', '--restore'], true],
  [['--IPController.reuse_files=True'], true],
  [['--IPController.reuse_files=False'], false],
  [['--reusable'], false],
  [undefined, false],
])('controller arguments %j: files are kept: %s', (controller_args, kept) => {
  expect(keepsFiles(controller_args === undefined ? {} : { controller_args })).toBe(kept);
});

test('set ids are seconds, counted on when taken', () => {
  expect(freeSetId([], 5)).toBe('5');
  expect(freeSetId(['5', '5-1'], 5)).toBe('5-2');
});

test('registered engines are read from what the controller writes; half a file is none', () => {
  const path = join(folder, 'log', 'enginesc.json');
  expect(registeredEngines(place())).toBeUndefined();
  writeFileSync(path, '{"engines": {"0": "a", "3": "b"}, "next_id": 4}');
  expect(registeredEngines(place())).toEqual(new Set(['a', 'b']));
  writeFileSync(path, '{"engines": {"0": "a"');
  expect(registeredEngines(place())).toBeUndefined();
});

test('the end of a log is shown, never the whole of a long one', () => {
  const path = join(folder, 'log', 'x.log');
  expect(logTail(path)).toContain('cannot be read');
  expect(logTail('')).toContain('not known');
  writeFileSync(path, '');
  expect(logTail(path)).toContain('empty');
  writeFileSync(path, Array.from({ length: 10_000 }, (_, i) => `line ${i}`).join('\n'));
  expect(logTail(path)).toContain('| line 9999');
  expect(logTail(path).split('\n').length).toBeLessThan(20);
});
