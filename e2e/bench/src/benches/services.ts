// npm run bench -- services [--rounds N] [--tasks N] [--json FILE]: what it costs that services run apart on NATS and MongoDB,
// beside the controller in one process with records in memory, in turn within the same run.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { atLeastOne } from '../arguments.ts';
import { figure, short, spread } from '../figures.ts';
import type { Wiring, WiringFigures } from '../services-round.ts';
import { apart, inOneProcess } from '../services-round.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    tasks: { type: 'string', default: '20000' },
    json: { type: 'string' },
  },
});
const rounds = atLeastOne('rounds', values.rounds);
const tasks = atLeastOne('tasks', values.tasks);
const wirings: Readonly<Record<string, Wiring>> = { 'in one process': inOneProcess, apart };

const sum = ({ idleMb }: WiringFigures): number => Object.values(idleMb).reduce((total, one) => total + one, 0);

console.log(
  `${cpus().length} processors, load ${short(loadavg()[0]!)}, Node ${process.versions.node}; ${rounds} rounds of ${tasks} tasks`,
);
const measured = new Map<string, WiringFigures[]>();
for (let round = 1; round <= rounds; round++)
  for (const [name, wiring] of Object.entries(wirings)) {
    const result = await wiring(tasks);
    measured.set(name, [...(measured.get(name) ?? []), result]);
    console.log(
      `  round ${round}: ${name.padEnd(14)} ${short(result.tasksPerS)} tasks/s, idle ${short(sum(result))} MB`,
    );
  }
const results = [...measured].map(([wiring, all]) => ({
  wiring,
  tasksPerS: figure(all.map(({ tasksPerS }) => tasksPerS)),
  idleMb: figure(all.map(sum)),
  idleMbByProcess: all[0]!.idleMb,
}));
console.log();
for (const { wiring, tasksPerS, idleMb, idleMbByProcess } of results) {
  const each = Object.entries(idleMbByProcess).map(([name, mb]) => `${name} ${short(mb)}`);
  console.log(`${wiring.padEnd(14)} ${spread(tasksPerS)} tasks/s; idle ${spread(idleMb)} MB (${each.join(', ')})`);
}
const [one, other] = results.map(({ tasksPerS }) => tasksPerS.median);
console.log(`apart is ${short(other! / one!)} times as fast as in one process (asked: at least 0.5)`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ tasks, load: loadavg(), results }, null, 2)}\n`);
  console.log(`\nwritten to ${values.json}`);
}
