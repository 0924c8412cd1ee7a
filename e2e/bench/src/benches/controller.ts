// npm run bench -- controller: see `help` in ../controller/options.ts.
import { writeFileSync } from 'node:fs';
import { groupsOf, nameOf } from '../controller/cells.ts';
import type { Measurement } from '../controller/measure-group.ts';
import { measureGroup } from '../controller/measure-group.ts';
import type { ControllerOptions } from '../controller/options.ts';
import { help, parseControllerOptions } from '../controller/options.ts';
import { reachedBy } from '../controller/reach.ts';
import { cellTable, goalTable, plainText } from '../controller/tables.ts';
import type { Contender } from '../controllers/contender.ts';
import { ours, theirs } from '../controllers/contender.ts';
import { describeProfiles, profilesIn } from '../controllers/profiles.ts';
import { short } from '../figures.ts';
import { machine, machineText } from '../machine.ts';
import { findPeer } from '../system.ts';

const options = readOptions();
if (options === undefined) console.log(help);
else await bench(options);

function readOptions(): ControllerOptions | undefined {
  try {
    return parseControllerOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\nnpm run bench -- controller --help says what there is.`);
    process.exit(2);
  }
}

async function bench(chosen: ControllerOptions): Promise<void> {
  const peer = chosen.peers ? await findPeer() : undefined;
  if (chosen.peers && peer === undefined) process.exit(1);
  const own = chosen.transports.length === 0 ? [ours()] : chosen.transports.map((name) => ours(name));
  const contenders: readonly Contender[] = peer === undefined ? own : [...own, theirs(peer)];
  const all: Measurement[] = [];
  const known = chosen.profile === undefined ? new Set<string>() : profilesIn(chosen.profile);
  for (let round = 1; round <= chosen.rounds; round++)
    for (const group of groupsOf(chosen))
      for (const contender of contenders)
        await measureGroup({
          contender,
          group,
          round,
          scale: chosen.scale,
          transport: chosen.loadTransport,
          profile: chosen.profile,
          onMeasured: (one) => {
            all.push(one);
            tell(one, chosen.rounds);
          },
        });
  if (chosen.profile !== undefined) console.log(`${describeProfiles(chosen.profile, known).join('\n')}\n`);
  const reached = reachedBy(all, own[0]!.name, peer?.name);
  console.log(`${plainText(cellTable(all))}\n\n${plainText(goalTable(reached))}`);
  console.log(machineText(peer === undefined ? [] : [peer.name]));
  if (chosen.json === undefined) return;
  const report = { bench: 'controller', machine: machine(), options: chosen, reached, measurements: all };
  writeFileSync(chosen.json, `${JSON.stringify(report, null, 1)}\n`);
}

function tell({ contender, round, cell, result, enginesCpuUs }: Measurement, rounds: number): void {
  const { settledPerS, answeredPerS, settledCpuUs, cpuUs, p50Us, clientCpuUs } = result;
  const rates = `${settledPerS === undefined ? '' : `${short(settledPerS)} settled/s, `}${short(answeredPerS)} answered/s`;
  const costs = `${short(settledCpuUs ?? cpuUs)} µs CPU (load ${short(clientCpuUs + enginesCpuUs)})`;
  console.error(`${round}/${rounds} ${contender}: ${nameOf(cell)}: ${rates}, ${costs}, p50 ${short(p50Us)} µs`);
}
