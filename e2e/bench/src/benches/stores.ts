// npm run bench -- stores [--rounds N] [--tasks N] [--json FILE]: what the stores of task records weigh and how fast they
// answer.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { atLeastOne } from '../arguments.ts';
import { short } from '../figures.ts';
import { measureMemory } from '../stores/memory.ts';
import { measureQueries } from '../stores/queries.ts';
import type { Row } from '../stores/row.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    tasks: { type: 'string', default: '100000' },
    json: { type: 'string' },
  },
});
const rounds = atLeastOne('rounds', values.rounds);
const tasks = atLeastOne('tasks', values.tasks);

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
if (values.json !== undefined) {
  const machine = { processors: cpus().length, model: cpus()[0]?.model, load: loadavg() };
  const report = { bench: 'stores', node: process.versions.node, machine, tasks, rounds, rows };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nwritten to ${values.json}`);
}
