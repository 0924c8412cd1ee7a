import { expect, test } from 'vitest';
import type { RunResult } from '../load/client.ts';
import type { Cell } from './cells.ts';
import type { Extra } from './extras.ts';
import { cRelay } from './extras.ts';
import type { Measurement } from './measure-group.ts';
import { reachedBy } from './reach.ts';
import { figureOf, ratio } from './select.ts';

const cell: Cell = { mode: 'task', engines: 64, window: 'full', store: 'memory' };
const usual: RunResult = { tasks: 1, answeredPerS: 1, p50Us: 1, p99Us: 1, cpuUs: 1, clientCpuUs: 1 };
const measured = (contender: string, round: number, where: Cell, result: Partial<RunResult>): Measurement => ({
  contender,
  round,
  cell: where,
  result: { ...usual, ...result },
  enginesCpuUs: 1,
});
const extra = (contender: string, name: Extra['name'], round: number, value: number): Extra => ({
  contender,
  name,
  round,
  value,
});

test('ratios are of the same round, whatever the other rounds were like', () => {
  const rounds = (...values: number[]) => new Map(values.map((value, round) => [round, value]));
  expect(ratio(rounds(10, 200, 30), rounds(1, 10, 3))).toMatchObject({ median: 10, least: 10, most: 20 });
  expect(ratio(new Map([[1, 5]]), new Map([[2, 5]]))).toBeUndefined();
  expect(figureOf(new Map())).toBeUndefined();
});

test('each figure comes from its own cell', () => {
  const sqlite: Cell = { ...cell, engines: 4, store: 'sqlite' };
  const coalesced: Cell = { ...cell, mode: 'coalesced', window: 'one' };
  const cells = [
    measured('a', 1, cell, { settledPerS: 9000, settledCpuUs: 80 }),
    measured('b', 1, cell, { settledPerS: 1000, settledCpuUs: 1400 }),
    measured('a', 1, sqlite, { settledPerS: 600 }),
    measured('b', 1, sqlite, { settledPerS: 100 }),
    measured('a', 1, coalesced, { p50Us: 2000 }),
    measured('b', 1, coalesced, { p50Us: 14_000 }),
  ];
  const extras = [
    extra('a', 'pushMbPerS', 1, 400),
    extra(cRelay, 'pushMbPerS', 1, 800),
    extra('b', 'startMb', 1, 400),
    extra('a', 'startMb', 1, 60),
    extra('a', 'lost', 1, 0),
  ];
  const medians = (theirs?: string) =>
    Object.fromEntries(
      Object.entries(reachedBy({ cells, extras }, 'a', theirs)).map(([name, { median }]) => [name, median]),
    );
  expect(medians('b')).toEqual({
    task64: 9,
    sqlite: 6,
    coalesced: 7,
    taskCpu: 80,
    push: 0.5,
    memoryAtStart: 60,
    lost: 0,
  });
  expect(medians()).toEqual({ taskCpu: 80, push: 0.5, memoryAtStart: 60, lost: 0 });
});
