// The figures of a run for docs/performance.md. Pure.
import { figure, short, spread } from '../figures.ts';
import type { Table } from '../text-table.ts';
import { markdown } from '../text-table.ts';
import type { ExtraName } from './extras.ts';
import type { Measured, Reached } from './reach.ts';
import { cellTable, goalTable } from './tables.ts';

const titles: Readonly<Record<ExtraName, string>> = {
  startMb: 'controller at start, MB',
  afterMb: 'after 50,000 tasks, MB',
  afterMillionMb: 'after 1,000,000 tasks, MB',
  pythonPerS: 'stock Python client and two engines, tasks a second',
  pushMbPerS: '100 MB pushed to an engine, MB/s',
  thousandS: '1,000 fake engines registered, s',
  lost: 'of these lost under load',
};

export function extraTable({ extras }: Pick<Measured, 'extras'>): Table {
  const contenders = [...new Set(extras.map(({ contender }) => contender))];
  const names = (Object.keys(titles) as ExtraName[]).filter((name) => extras.some((one) => one.name === name));
  const cell = (name: ExtraName, contender: string): string => {
    const values = extras.filter((one) => one.name === name && one.contender === contender).map(({ value }) => value);
    return values.length === 0 ? '' : spread(figure(values));
  };
  return [['', ...contenders], ...names.map((name) => [titles[name], ...contenders.map((one) => cell(name, one))])];
}

export interface MarkdownReport {
  readonly measured: Measured;
  readonly reached: Reached;
  /** As `machineText` says it. */
  readonly machine: string;
  readonly rounds: number;
  /** Day of the run. */
  readonly date: string;
  readonly loadAtStart: number;
}

export function markdownReport({ measured, reached, machine, rounds, date, loadAtStart }: MarkdownReport): string {
  const head = `${date}, ${machine}, ${short(loadAtStart)} at the start; ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds, with the least and the most`}.`;
  const extras = extraTable(measured);
  return [
    head,
    markdown(goalTable(reached)),
    'The same figures as they were measured:',
    markdown(cellTable(measured.cells)),
    ...(extras.length > 1 ? [markdown(extras)] : []),
  ].join('\n\n');
}
