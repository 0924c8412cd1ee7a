import type { Figure } from './figures.ts';
import { short, spread } from './figures.ts';
import type { Growth } from './growth.ts';
import { plainText } from './text-table.ts';

/** All that was measured of one system. */
export interface Measured {
  readonly system: string;
  readonly startS: Figure;
  readonly idleMb: Figure;
  readonly idleShareMb: Figure;
  readonly processes: number;
  readonly roundTripMs: Figure;
  readonly roundTripP99Ms: Figure;
  readonly growth: Growth;
}

interface Line {
  readonly title: string;
  readonly cell: (measured: Measured) => string;
  /** The figure to reach, and whether ours does. */
  readonly goal?: readonly [text: string, reached: (ours: Measured) => boolean];
}

const lines: readonly Line[] = [
  {
    title: 'ipcluster start -n 4, until usable, s',
    cell: ({ startS }) => spread(startS),
    goal: ['at most 2', ({ startS }) => startS.median <= 2],
  },
  {
    title: 'idle controller, resident, MB',
    cell: ({ idleMb, processes }) => `${spread(idleMb)} in ${processes}`,
    goal: ['at most 120', ({ idleMb }) => idleMb.median <= 120],
  },
  { title: '  shared pages divided, MB', cell: ({ idleShareMb }) => spread(idleShareMb) },
  {
    title: 'direct no-op round trip, median, ms',
    cell: ({ roundTripMs }) => spread(roundTripMs),
    goal: ['at most 1', ({ roundTripMs }) => roundTripMs.median <= 1],
  },
  { title: '  99th percentile, ms', cell: ({ roundTripP99Ms }) => spread(roundTripP99Ms) },
  {
    title: 'balanced tasks: controller grows, MB',
    cell: ({ growth }) => `${short(growth.grownMb)} over the last ${short(growth.tasks / 2)}`,
    goal: ['at most 10', ({ growth }) => growth.grownMb <= 10],
  },
  {
    title: '  before, half way, at the end, MB',
    cell: ({ growth: { residentMb } }) =>
      [residentMb[0]!, residentMb[(residentMb.length - 1) / 2]!, residentMb.at(-1)!].map(short).join(', '),
  },
  { title: '  answered tasks a second', cell: ({ growth }) => short(growth.tasksPerS) },
];

/** A table for people; the first of `results` is ours. */
export function tableOf(results: readonly Measured[]): string {
  const rows = lines.map(({ title, cell, goal }) => {
    const verdict = goal ? `${goal[0]}: ${goal[1](results[0]!) ? 'reached' : 'MISSED'}` : '';
    return [title, ...results.map(cell), verdict];
  });
  return plainText([['', ...results.map(({ system }) => system), 'to reach'], ...rows]);
}

export const reportOf = (results: readonly Measured[], machine: object) => ({
  bench: 'local',
  node: process.versions.node,
  machine,
  results,
  reached: Object.fromEntries(lines.flatMap(({ title, goal }) => (goal ? [[title, goal[1](results[0]!)]] : []))),
});
