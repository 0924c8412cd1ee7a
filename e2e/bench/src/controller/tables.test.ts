import { expect, test } from 'vitest';
import { figure } from '../figures.ts';
import { markdown, plainText } from '../text-table.ts';
import { extraTable, markdownReport } from './markdown-report.ts';
import { goalTable } from './tables.ts';

test('tables are text in columns, or markdown', () => {
  const table = [
    ['', 'a'],
    ['long name', '1'],
    ['b', ''],
  ];
  expect(plainText(table)).toBe('           a\nlong name  1\nb');
  expect(markdown(table)).toBe('|           | a   |\n| --------- | --- |\n| long name | 1   |\n| b         |     |');
});

test('a goal is shown with its bars, what was measured and the verdict', () => {
  const rows = goalTable({ task64: figure([7, 9, 8.5]), lost: figure([0]) });
  expect(rows.find(([line]) => line?.startsWith('tasks settled, 64'))?.slice(1)).toEqual([
    '8 ×',
    '12 ×',
    '8.5 (7 to 9) ×',
    'reached must',
  ]);
  expect(rows.find(([line]) => line?.startsWith('engines lost'))?.slice(1)).toEqual(['0', '0', '0', 'reached aim']);
  expect(rows.filter(([, , , , verdict]) => verdict === 'not measured')).toHaveLength(rows.length - 3);
});

test('the report has what was measured beside the cells, with its spread', () => {
  const extras = [
    { contender: 'Muster', round: 1, name: 'startMb', value: 60 },
    { contender: 'Muster', round: 2, name: 'startMb', value: 70 },
    { contender: 'C zmq_proxy', round: 1, name: 'pushMbPerS', value: 800 },
  ] as const;
  expect(extraTable({ extras })).toEqual([
    ['', 'Muster', 'C zmq_proxy'],
    ['controller at start, MB', '65 (60 to 70)', ''],
    ['100 MB pushed to an engine, MB/s', '', '800'],
  ]);
  const about = { machine: 'two processors', rounds: 2, date: '2026-11-23', loadAtStart: 0.5 };
  const text = markdownReport({ measured: { cells: [], extras }, reached: {}, ...about });
  expect(text).toContain('2026-11-23, two processors, 0.5 at the start; medians of 2 rounds');
  expect(text).toMatch(/^\| controller at start, MB *\| 65 \(60 to 70\) *\| +\|$/m);
});
