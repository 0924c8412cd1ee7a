import { expect, test } from 'vitest';
import { groupsOf, nameOf, sizeOf } from './cells.ts';

const all = { stores: ['memory', 'sqlite', 'none'], engines: [1, 4, 64], modes: ['task', 'broadcast'] } as const;

test('a controller is started once for all cells of a store and a number of engines', () => {
  const groups = groupsOf(all);
  expect(groups.map(({ store, engines }) => `${store} ${engines}`)).toEqual([
    'memory 1',
    'memory 4',
    'memory 64',
    'sqlite 4',
    'none 4',
  ]);
  expect(groups[0]!.cells.map(nameOf)).toEqual([
    'task, 1 engine, full',
    'task, 1 engine, one at a time',
    'broadcast, 1 engine, full',
    'broadcast, 1 engine, one at a time',
  ]);
  expect(groups[3]!.cells.map(nameOf)).toEqual(['task, 4 engines, full, store: sqlite']);
});

test('every cell has a name of its own', () => {
  const names = groupsOf(all).flatMap(({ cells }) => cells.map(nameOf));
  expect(new Set(names).size).toBe(names.length);
});

test('there is always something to measure, however small the scale', () => {
  for (const { cells } of groupsOf(all))
    for (const cell of cells)
      for (const fast of [true, false]) {
        const { window, warmUp, tasks } = sizeOf(cell, fast, 1e-6);
        expect(Math.min(window, warmUp)).toBeGreaterThanOrEqual(1);
        expect(tasks).toBeGreaterThanOrEqual(2);
        if (cell.window === 'one') expect(window).toBe(1);
      }
});
