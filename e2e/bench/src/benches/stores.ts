// npm run bench -- stores: see `help`.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { readCommandLine, text, textOr, whole } from '../command-line.ts';
import { short } from '../figures.ts';
import { measureMemory } from '../stores/memory.ts';
import { measureQueries } from '../stores/queries.ts';
import type { Row } from '../stores/row.ts';

const help = `npm run bench -- stores [options]: what the stores of task records weigh, and how fast they answer

  --rounds N    rounds of the memory (3)
  --tasks N     tasks in the stores (100000)
  --json FILE   all figures`;

const chosen = readCommandLine(
  'stores',
  help,
  {
    rounds: textOr('3'),
    tasks: textOr('100000'),
    json: text,
  },
  (values) => ({ rounds: whole('rounds', values.rounds), tasks: whole('tasks', values.tasks), json: values.json }),
);
const { rounds, tasks, json } = chosen;

/** Each gives its lines of the table. */
const parts: readonly ((onStep: (text: string) => void) => Promise<Row[]>)[] = [
  (onStep) => measureMemory(tasks, rounds, onStep),
  (onStep) => measureQueries(tasks, onStep),
];

console.log(`${cpus().length} processors, load ${short(loadavg()[0]!)}, Node ${process.versions.node}; ${tasks} tasks`);
const rows: Row[] = [];
for (const part of parts) rows.push(...(await part((text) => console.log(`  ${text}`))));
const width = Math.max(...rows.map(({ what }) => what.length));
const valueWidth = Math.max(...rows.map(({ value }) => value.length));
console.log('');
for (const { what, value, goal } of rows) {
  const verdict = goal === undefined ? '' : `${goal.text}: ${goal.reached ? 'reached' : 'MISSED'}`;
  console.log(`${what.padEnd(width)}  ${value.padEnd(valueWidth)}  ${verdict}`.trimEnd());
}
if (json !== undefined) {
  const machine = { processors: cpus().length, model: cpus()[0]?.model, load: loadavg() };
  const report = { bench: 'stores', node: process.versions.node, machine, tasks, rounds, rows };
  writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten to ${json}`);
}
