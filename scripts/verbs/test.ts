// npm test [-- PHASE…]: everything that this machine can run, one phase after the other, and the plain line of counts at the
// end. With E2E_PROVISION=1 real parts are installed first, and nothing may be skipped.
import { join } from 'node:path';
import type { PartName } from '@muster/provision';
import { find, fusePythonIn, mongoWireIn, natsServerIn, provision, pythonIn } from '@muster/provision';
import { everythingMustRun } from '@muster/testkit';
import type { Counts } from '../counts.ts';
import { addCounts, formatCounts, judge, noCounts } from '../counts.ts';
import type { GateResult } from '../gate.ts';
import { runCheck, runCounting, runVitest } from '../gate.ts';
import { partsOf, runSuite, suites } from '../suites.ts';

const phases: Record<string, () => Promise<GateResult>> = {
  check: runCheck,
  unit: runUnitTests,
  sim: () => runCounting(['scripts/verbs/sim.ts', '--seeds', '200']),
  'sim-restart': () => runCounting(['scripts/verbs/sim.ts', '--restart', '--seeds', '30']),
  'sim-apart': () => runCounting(['scripts/verbs/sim.ts', '--apart', '--seeds', '60']),
};
for (const name of Object.keys(suites)) phases[name] = () => runSuite(name, []);

/** The programs (or the folder of them) that unit tests meet, each handed over in a variable of the environment. */
const met: readonly { variable: string; part: PartName; programIn: (folder: string) => string }[] = [
  { variable: 'PEER_PYTHON', part: 'ipyparallel', programIn: pythonIn },
  { variable: 'NATS_SERVER', part: 'nats', programIn: natsServerIn },
  { variable: 'MONGO_WIRE', part: 'mongo-wire', programIn: mongoWireIn },
  { variable: 'FUSE_PYTHON', part: 'fuse', programIn: fusePythonIn },
  { variable: 'KUBERNETES_BIN', part: 'kubernetes', programIn: (folder) => join(folder, 'bin') },
];

async function runUnitTests(): Promise<GateResult> {
  for (const { variable, part, programIn } of met) {
    if (everythingMustRun) await provision(part);
    const found = await find(part);
    if (found.present) process.env[variable] ??= programIn(found.folder);
    else if (process.env[variable] === undefined)
      console.log(`Tests with ${found.title} are skipped: it is missing. To install it: E2E_PROVISION=1 npm test`);
  }
  return runVitest();
}

interface Row {
  readonly name: string;
  readonly counts: Counts;
  readonly seconds: number;
  readonly why: string | undefined;
}

async function runPhase(name: string): Promise<Row> {
  console.log(`\n== ${name}`);
  const begin = performance.now();
  const result = await phases[name]!().catch((error: Error): GateResult => {
    console.log(error.message);
    return { counts: undefined, exitCode: 1 };
  });
  const { counts, why } = judge(result.counts, result.exitCode);
  const seconds = (performance.now() - begin) / 1000;
  console.log(`== ${name}: ${formatCounts(counts)}, ${seconds.toFixed(1)} s${why === undefined ? '' : ` (${why})`}`);
  return { name, counts, seconds, why };
}

function printTable(rows: readonly Row[]): void {
  console.log(
    `\n${'phase'.padEnd(12)}${['passed', 'failed', 'skipped', 'seconds'].map((t) => t.padStart(9)).join('')}`,
  );
  for (const { name, counts, seconds, why } of rows) {
    const cells = [counts.passed, counts.failed, counts.skipped, seconds.toFixed(1)];
    console.log(`${name.padEnd(12)}${cells.map((cell) => String(cell).padStart(9)).join('')}${why ? `  ${why}` : ''}`);
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in phases));
if (unknown.length > 0) {
  console.error(`There is no phase '${unknown.join("', '")}'. There are: ${Object.keys(phases).join(', ')}.`);
  process.exit(2);
}
const chosen = asked.length > 0 ? asked : Object.keys(phases);
if (everythingMustRun) {
  console.log('== provision');
  const needed = await Promise.all(chosen.map(async (name) => (suites[name] ? partsOf(suites[name]) : [])));
  for (const part of new Set(needed.flat())) await provision(part);
}
const rows: Row[] = [];
for (const name of chosen) rows.push(await runPhase(name));
printTable(rows);
let total = rows.map(({ counts }) => counts).reduce(addCounts, noCounts);
if (everythingMustRun && total.skipped > 0) {
  console.log(`E2E_PROVISION=1: the ${total.skipped} skipped count as failed.`);
  total = { passed: total.passed, failed: total.failed + total.skipped, skipped: 0 };
}
console.log(`\n${formatCounts(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
