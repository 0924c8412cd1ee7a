import { closeSync, openSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { countOpenFiles, silentLogger, watchOpenFiles } from './index.ts';

afterEach(() => void vi.useRealTimers());

test.skipIf(process.platform !== 'linux')('open files of this process', () => {
  const before = countOpenFiles()!;
  const files = Array.from({ length: 20 }, () => openSync('/dev/null', 'r'));
  const { open, most } = countOpenFiles()!;
  for (const file of files) closeSync(file);
  expect(open - before.open).toBe(20);
  expect(most).toBeGreaterThan(open);
});

test('a warning with its remedy when few are left, once a minute', () => {
  vi.useFakeTimers();
  const warned: object[] = [];
  let open = 79;
  const log = { ...silentLogger, warn: (fields: object, message: string) => warned.push({ ...fields, message }) };
  const watch = watchOpenFiles(log, () => ({ open, most: 100 }));
  vi.advanceTimersByTime(5000);
  expect(warned).toEqual([]);
  open = 81;
  vi.advanceTimersByTime(59_000);
  expect(warned).toEqual([
    { open: 81, most: 100, remedy: expect.stringContaining('ulimit -n'), message: expect.stringMatching(/^few/) },
  ]);
  vi.advanceTimersByTime(3000);
  expect(warned).toHaveLength(2);
  watch.stop();
  vi.advanceTimersByTime(600_000);
  expect(warned).toHaveLength(2);
  expect(vi.getTimerCount()).toBe(0);
});

test('a system that does not tell is not asked again', () => {
  vi.useFakeTimers();
  watchOpenFiles(silentLogger, () => undefined);
  expect(vi.getTimerCount()).toBe(0);
});
