// npm run bench -- local: see `help`.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Round } from '../cluster-round.ts';
import { clusterRound } from '../cluster-round.ts';
import { flag, readCommandLine, text, textOr, whole } from '../command-line.ts';
import { figure, short } from '../figures.ts';
import type { Growth } from '../growth.ts';
import { measureGrowth } from '../growth.ts';
import { reportOf, tableOf } from '../report.ts';
import type { System } from '../system.ts';
import { findPeer, muster } from '../system.ts';

const help = `npm run bench -- local [options]: a cluster of four engines on this machine, beside Python's: start, idle memory, round trips, and
whether the controller grows with the tasks that pass through it

  --rounds N    rounds (5)
  --tasks N     tasks for the growth (100000)
  --full        1,000,000 tasks
  --json FILE   all figures`;

const chosen = readCommandLine(
  'local',
  help,
  {
    rounds: textOr('5'),
    tasks: textOr('100000'),
    full: flag,
    json: text,
  },
  (values) => ({
    rounds: whole('rounds', values.rounds),
    tasks: values.full ? 1_000_000 : whole('tasks', values.tasks),
    full: values.full,
    json: values.json,
  }),
);
const { rounds, tasks, json } = chosen;
/** Python's scheduler takes about a second for a thousand tasks. */
const tasksOfPeer = Math.min(tasks, chosen.full ? 50_000 : 20_000);

const peer = await findPeer();
const systems = peer ? [muster, peer] : [muster];
console.log(
  `${cpus().length} processors, load ${short(loadavg()[0]!)}, Node ${process.versions.node}; ${rounds} rounds`,
);
const measured = new Map<System, Round[]>(systems.map((system) => [system, []]));
for (let round = 1; round <= rounds; round++)
  for (const system of systems) {
    const result = await clusterRound(system);
    measured.get(system)?.push(result);
    console.log(
      `  round ${round}: ${system.name.padEnd(18)} usable in ${short(result.startS)} s, controller ${short(result.idle.residentMb)} MB in ${result.idle.processes}, round trip ${short(result.roundTripMs)} ms`,
    );
  }
const growths = new Map<System, Growth>();
for (const system of systems) {
  const count = system === muster ? tasks : tasksOfPeer;
  growths.set(system, await measureGrowth(system, count, (text) => console.log(`  ${system.name}: ${text}`)));
}
const results = systems.map((system) => {
  const all = measured.get(system)!;
  return {
    system: system.name,
    startS: figure(all.map(({ startS }) => startS)),
    idleMb: figure(all.map(({ idle }) => idle.residentMb)),
    idleShareMb: figure(all.map(({ idle }) => idle.shareMb)),
    processes: all[0]!.idle.processes,
    roundTripMs: figure(all.map(({ roundTripMs }) => roundTripMs)),
    roundTripP99Ms: figure(all.map(({ roundTripP99Ms }) => roundTripP99Ms)),
    growth: growths.get(system)!,
  };
});
console.log(`\n${tableOf(results)}`);
if (json !== undefined) {
  const machine = {
    processors: cpus().length,
    model: cpus()[0]?.model,
    memoryMb: totalmem() / 2 ** 20,
    load: loadavg(),
  };
  writeFileSync(json, `${JSON.stringify(reportOf(results, machine), null, 2)}\n`);
  console.log(`\nwritten to ${json}`);
}
