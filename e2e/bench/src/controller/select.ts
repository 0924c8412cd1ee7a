// Figures out of measurements. Pure.
import type { Figure } from '../figures.ts';
import { figure } from '../figures.ts';
import type { RunResult } from '../load/client.ts';
import type { Cell } from './cells.ts';
import type { Measurement } from './measure-group.ts';

export type Member = keyof RunResult;

/** One value a round, by round; of rounds that have it. */
export function valuesOf(
  all: readonly Measurement[],
  contender: string,
  cell: Cell,
  member: Member,
): Map<number, number> {
  const values = new Map<number, number>();
  for (const one of all) {
    const value = one.result[member];
    if (one.contender === contender && same(one.cell, cell) && value !== undefined) values.set(one.round, value);
  }
  return values;
}

export const figureOf = (values: ReadonlyMap<number, number>): Figure | undefined =>
  values.size === 0 ? undefined : figure([...values.values()]);

/** a / b, round by round: both were measured within the same minute. */
export function ratio(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): Figure | undefined {
  const ratios = [...a].flatMap(([round, value]) => (b.has(round) ? [value / b.get(round)!] : []));
  return ratios.length === 0 ? undefined : figure(ratios);
}

const same = (a: Cell, b: Cell): boolean =>
  a.store === b.store && a.engines === b.engines && a.mode === b.mode && a.window === b.window;
