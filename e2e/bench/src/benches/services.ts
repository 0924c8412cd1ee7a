// npm run bench -- services: see `help`.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { readCommandLine, text, textOr, whole } from '../command-line.ts';
import { figure, short, spread } from '../figures.ts';
import type { Wiring, WiringFigures } from '../services-round.ts';
import { apart, inOneProcess } from '../services-round.ts';

const help = `npm run bench -- services [options]: what it costs that services run apart on NATS and MongoDB, beside the controller in one process
with records in memory

  --rounds N    rounds (5)
  --tasks N     tasks in each (20000)
  --json FILE   all figures`;

const chosen = readCommandLine(
  'services',
  help,
  {
    rounds: textOr('5'),
    tasks: textOr('20000'),
    json: text,
  },
  (values) => ({ rounds: whole('rounds', values.rounds), tasks: whole('tasks', values.tasks), json: values.json }),
);
const { rounds, tasks, json } = chosen;
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
if (json !== undefined) {
  writeFileSync(json, `${JSON.stringify({ tasks, load: loadavg(), results }, null, 2)}\n`);
  console.log(`\nwritten to ${json}`);
}
