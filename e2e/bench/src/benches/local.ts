// npm run bench -- local [--rounds N] [--tasks N | --full] [--json FILE]: a cluster on this machine, beside Python's
// ipyparallel 9.2 where it is installed, in turn within the same run.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { atLeastOne } from '../arguments.ts';
import type { Round } from '../cluster-round.ts';
import { clusterRound } from '../cluster-round.ts';
import { figure, short } from '../figures.ts';
import type { Growth } from '../growth.ts';
import { measureGrowth } from '../growth.ts';
import { reportOf, tableOf } from '../report.ts';
import type { System } from '../system.ts';
import { findPeer, muster } from '../system.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    tasks: { type: 'string', default: '100000' },
    full: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const rounds = atLeastOne('rounds', values.rounds);
const tasks = values.full ? 1_000_000 : atLeastOne('tasks', values.tasks);
/** Python's scheduler takes about a second for a thousand tasks. */
const tasksOfPeer = Math.min(tasks, values.full ? 50_000 : 20_000);

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
if (values.json !== undefined) {
  const machine = {
    processors: cpus().length,
    model: cpus()[0]?.model,
    memoryMb: totalmem() / 2 ** 20,
    load: loadavg(),
  };
  writeFileSync(values.json, `${JSON.stringify(reportOf(results, machine), null, 2)}\n`);
  console.log(`\nwritten to ${values.json}`);
}
