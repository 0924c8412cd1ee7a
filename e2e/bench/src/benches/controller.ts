// npm run bench -- controller: see `help` in ../controller/options.ts.
import { loadavg } from 'node:os';
import { groupsOf, nameOf } from '../controller/cells.ts';
import type { Extra } from '../controller/extras.ts';
import { measureExtras } from '../controller/extras.ts';
import { extraTable, markdownReport } from '../controller/markdown-report.ts';
import type { Measurement } from '../controller/measure-group.ts';
import { measureGroup } from '../controller/measure-group.ts';
import { readOptions } from '../controller/options.ts';
import type { Reached } from '../controller/reach.ts';
import { reachedBy } from '../controller/reach.ts';
import { cellTable, goalTable } from '../controller/tables.ts';
import type { Contender } from '../controllers/contender.ts';
import { ours, theirs } from '../controllers/contender.ts';
import { describeProfiles, profilesIn } from '../controllers/profiles.ts';
import { short } from '../figures.ts';
import { machine, machineText } from '../machine.ts';
import { writeFigures, writeJson } from '../report-files.ts';
import { findPeer } from '../system.ts';
import type { Table } from '../text-table.ts';
import { plainText } from '../text-table.ts';

const chosen = readOptions(process.argv.slice(2));
const loadAtStart = loadavg()[0]!;
const found = chosen.peers ? await findPeer() : undefined;
if (chosen.peers && found === undefined) process.exit(1);
const own = chosen.transports.length === 0 ? [ours()] : chosen.transports.map((name) => ours(name));
const peer = found && theirs(found);
const contenders: readonly Contender[] = peer === undefined ? own : [...own, peer];
const cells: Measurement[] = [];
const extras: Extra[] = [];
const versions = found === undefined ? [] : [found.name];
const failures: string[] = [];
const known = chosen.profile === undefined ? new Set<string>() : profilesIn(chosen.profile);

for (let round = 1; round <= chosen.rounds; round++) {
  for (const group of groupsOf(chosen))
    for (const contender of contenders)
      await attempt(`${contender.name}, ${group.engines} engines, store: ${group.store}`, () =>
        measure(contender, group, round),
      );
  if (!chosen.cellsOnly) await measureExtras({ chosen, own, peer, round, attempt, onExtra });
  write(round);
}

console.log(`${[...measuredTables(), goalTable(reached())].map(plainText).join('\n\n')}\n\n${machineText(versions)}`);
if (failures.length > 0) console.log(`\nFAILED, and not in the figures:\n${failures.join('\n')}`);
if (chosen.profile !== undefined) console.log(`\n${describeProfiles(chosen.profile, known).join('\n')}`);

function reached(): Reached {
  return reachedBy({ cells, extras }, own[0]!.name, peer?.name);
}

function measuredTables(): Table[] {
  return [cellTable(cells), ...(extras.length > 0 ? [extraTable({ extras })] : [])];
}

/** After each round, so that what was measured outlives an end by Ctrl-C. */
function write(rounds: number): void {
  if (chosen.json !== undefined) {
    const about = { bench: 'controller', machine: machine(), loadAtStart, versions, options: chosen, rounds };
    writeJson(chosen.json, { ...about, reached: reached(), failures, cells, extras });
  }
  if (chosen.markdown === undefined) return;
  const about = { machine: machineText(versions), rounds, date: new Date().toISOString().slice(0, 10), loadAtStart };
  writeFigures(chosen.markdown, markdownReport({ measured: { cells, extras }, reached: reached(), ...about }));
}

/** One part that fails takes no other with it; the run as a whole has then failed. */
async function attempt(what: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    failures.push(`${what}: ${(error as Error).message}`);
    console.error(`FAILED: ${failures.at(-1)}`);
    process.exitCode = 1;
  }
}

async function measure(contender: Contender, group: ReturnType<typeof groupsOf>[number], round: number): Promise<void> {
  const { scale, loadTransport: transport, profile } = chosen;
  await measureGroup({ contender, group, round, scale, transport, profile, onMeasured });
}

function onMeasured(measurement: Measurement): void {
  cells.push(measurement);
  const { contender, round, cell, result, enginesCpuUs } = measurement;
  const { settledPerS, answeredPerS, settledCpuUs, cpuUs, p50Us, clientCpuUs } = result;
  const rates = `${settledPerS === undefined ? '' : `${short(settledPerS)} settled/s, `}${short(answeredPerS)} answered/s`;
  const costs = `${short(settledCpuUs ?? cpuUs)} µs CPU (load ${short(clientCpuUs + enginesCpuUs)})`;
  console.error(`${round}/${chosen.rounds} ${contender}: ${nameOf(cell)}: ${rates}, ${costs}, p50 ${short(p50Us)} µs`);
}

function onExtra(extra: Extra): void {
  extras.push(extra);
  console.error(`${extra.round}/${chosen.rounds} ${extra.contender}: ${extra.name} ${short(extra.value)}`);
}
