// The figures to reach, out of the measurements of one run. Pure.
import type { Figure } from '../figures.ts';
import type { Cell } from './cells.ts';
import type { Extra, ExtraName } from './extras.ts';
import { cRelay } from './extras.ts';
import type { GoalName } from './goals.ts';
import type { Measurement } from './measure-group.ts';
import type { Member } from './select.ts';
import { figureOf, ratio, valuesOf } from './select.ts';

const cell = (mode: Cell['mode'], engines: number, window: Cell['window'], store: Cell['store'] = 'memory'): Cell => ({
  mode,
  engines,
  window,
  store,
});

/** Ours over theirs, both from the same round; `inverse`: theirs over ours. */
const ratios: readonly [GoalName, Cell, Member, 'inverse'?][] = [
  ['task64', cell('task', 64, 'full'), 'settledPerS'],
  ['task4', cell('task', 4, 'full'), 'settledPerS'],
  ['direct', cell('direct', 4, 'full'), 'settledPerS'],
  ['directAnswered', cell('direct', 4, 'full'), 'answeredPerS'],
  ['sqlite', cell('task', 4, 'full', 'sqlite'), 'settledPerS'],
  ['taskLatency', cell('task', 4, 'one'), 'p50Us'],
  ['directLatency', cell('direct', 4, 'one'), 'p50Us'],
  ['coalesced', cell('coalesced', 64, 'one'), 'p50Us', 'inverse'],
];
const absolutes: readonly [GoalName, Cell, Member][] = [
  ['taskCpu', cell('task', 64, 'full'), 'settledCpuUs'],
  ['directCpu', cell('direct', 4, 'full'), 'settledCpuUs'],
];

const extraAbsolutes: readonly [GoalName, ExtraName][] = [
  ['memoryAtStart', 'startMb'],
  ['memoryAfter', 'afterMb'],
  ['thousand', 'thousandS'],
  ['lost', 'lost'],
];

export type Reached = Partial<Record<GoalName, Figure>>;

export interface Measured {
  readonly cells: readonly Measurement[];
  readonly extras: readonly Extra[];
}

/** What of the figures can be said; those that need Python's controller, only where `theirs` is given. */
export function reachedBy({ cells: all, extras }: Measured, ours: string, theirs?: string): Reached {
  const reached: Reached = {};
  const put = (name: GoalName, value: Figure | undefined): void => {
    if (value !== undefined) reached[name] = value;
  };
  for (const [name, where, member] of absolutes) put(name, figureOf(valuesOf(all, ours, where, member)));
  const extra = (contender: string, name: ExtraName): Map<number, number> =>
    new Map(
      extras.flatMap((one) => (one.contender === contender && one.name === name ? [[one.round, one.value]] : [])),
    );
  for (const [name, of] of extraAbsolutes) put(name, figureOf(extra(ours, of)));
  put('push', ratio(extra(ours, 'pushMbPerS'), extra(cRelay, 'pushMbPerS')));
  if (theirs === undefined) return reached;
  put('python', ratio(extra(ours, 'pythonPerS'), extra(theirs, 'pythonPerS')));
  for (const [name, where, member, inverse] of ratios) {
    const [a, b] = [valuesOf(all, ours, where, member), valuesOf(all, theirs, where, member)];
    put(name, inverse ? ratio(b, a) : ratio(a, b));
  }
  return reached;
}
