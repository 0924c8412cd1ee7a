// Tables of the controller's bench, as rows of text. Pure.
import { spread } from '../figures.ts';
import type { Table } from '../text-table.ts';
import { nameOf } from './cells.ts';
import type { GoalName } from './goals.ts';
import { barText, goals, verdictOf } from './goals.ts';
import type { Measurement } from './measure-group.ts';
import type { Reached } from './reach.ts';
import { figureOf, valuesOf } from './select.ts';

/** First row: titles. A goal without a figure says so. */
export function goalTable(reached: Reached): Table {
  const rows = Object.entries(goals).map(([name, goal]) => {
    const measured = reached[name as GoalName];
    const value = measured === undefined ? '' : `${spread(measured)}${goal.unit === '' ? '' : ` ${goal.unit}`}`;
    return [goal.line, barText(goal.must, goal.unit), barText(goal.aim, goal.unit), value, verdictOf(goal, measured)];
  });
  return [['figure', 'must', 'aim', 'measured', ''], ...rows];
}

const members = ['settledPerS', 'answeredPerS', 'p50Us', 'p99Us', 'settledCpuUs', 'cpuUs'] as const;
const titles = ['settled /s', 'answered /s', 'p50 µs', 'p99 µs', 'CPU µs settled', 'CPU µs answered'];

/** A row for each cell and contender. */
export function cellTable(all: readonly Measurement[]): Table {
  const rows = new Map<string, Map<string, string[]>>();
  for (const { cell, contender } of all) {
    const figures = members.map((member) => {
      const measured = figureOf(valuesOf(all, contender, cell, member));
      return measured === undefined ? '' : spread(measured);
    });
    const name = nameOf(cell);
    const ofCell = rows.get(name) ?? new Map<string, string[]>();
    rows.set(name, ofCell.set(contender, [name, contender, ...figures]));
  }
  return [['', '', ...titles], ...[...rows.values()].flatMap((ofCell) => [...ofCell.values()])];
}
