// ipyparallel's own tests of its MPI, Slurm and ssh launchers, on the real systems, with our controller: every test that passes with
// Python's own, as recorded or (--beside) in the same run, must pass. --record runs Python's alone, and writes down what it does.
//   node src/systems/peer-systems.ts [--beside | --record] [ssh] [mpi] [slurm] [-- pytest arguments]
// Closes with a line `N passed, N failed, N skipped`.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PartName } from '@muster/provision';
import { find, pythonIn } from '@muster/provision';
import { createLiveLine } from '../live-line.ts';
import { inPool } from '../matrix/pool.ts';
import { baselineFile, formatBaseline, parseBaseline, outcomesOf as recordedOutcomes } from '../matrix/results.ts';
import type { Outcomes } from '../outcomes.ts';
import { compare, moduleOf } from '../outcomes.ts';
import type { PeerResult } from '../peer-suite.ts';
import { runPeerSuite } from '../peer-suite.ts';
import { createSite, systems } from './sites.ts';
import { formatTable, summarize } from './table.ts';

type SystemName = keyof typeof systems;
type Side = 'theirs' | 'ours';

const root = join(import.meta.dirname, '../../../..');
const ourController = [process.execPath, join(root, 'packages/cli/bin/ipcontroller.js')];
const timeoutMs = 900_000;
/** Tests mostly wait; but they have deadlines, so that more at a time would be too many. */
const jobsAtATime = 4;

const end = process.argv.indexOf('--');
const { values, positionals } = parseArgs({
  args: process.argv.slice(2, end < 0 ? undefined : end),
  allowPositionals: true,
  options: { beside: { type: 'boolean', default: false }, record: { type: 'boolean', default: false } },
});
const pytestArguments = end < 0 ? [] : process.argv.slice(end + 1);
const known = Object.keys(systems) as SystemName[];
const unknown = positionals.filter((name) => !known.includes(name as SystemName));
if (unknown.length > 0) {
  console.log(
    `There is no system ${unknown.join(', ')}; there are ${known.join(', ')}.\n0 passed, 1 failed, 0 skipped`,
  );
  process.exit(1);
}
const names = positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : known;
const sides: readonly Side[] = values.record ? ['theirs'] : values.beside ? ['theirs', 'ours'] : ['ours'];
const baseline = baselineFile({ name: 'peer-systems' });

const python = pythonIn(await folderOf('ipyparallel'));
for (const part of new Set(names.flatMap((name) => systems[name].needs))) await folderOf(part);

const begin = performance.now();
const live = createLiveLine();
const done = new Map<string, number>();
/** Of a test with a controller. */
const tookSeconds = new Map<string, number>();
const jobs = names.flatMap((name) =>
  systems[name].jobs.flatMap((selection, part) => sides.map((side) => ({ name, side, selection, part }))),
);
type Job = (typeof jobs)[number];
const results = await inPool(jobs, jobsAtATime, async (job) => ({ ...job, result: await run(job) }));
for (const job of results) job.result = await tryAgain(job, job.result);
live.clear();
if (values.record) await record();
else await conclude();

async function folderOf(part: PartName): Promise<string> {
  const found = await find(part);
  if (found.present) return found.folder;
  console.log(`${found.title} is missing (${found.why}). Install it by: E2E_PROVISION=1 npm run e2e -- peer-systems`);
  console.log('0 passed, 0 failed, 1 skipped');
  process.exit(0);
}

/** What failed beside others may have been too slow for its deadlines: it is done once more, alone on the machine. */
async function tryAgain(job: Job, first: PeerResult): Promise<PeerResult> {
  const failed = [...first.outcomes].filter(([, outcome]) => outcome === 'failed' || outcome === 'error');
  if (failed.length === 0) return first;
  live.clear();
  for (const [test] of failed) console.log(`  once more, alone: ${test} (${job.side})`);
  const functions = new Set(failed.map(([test]) => /::(\w+)/.exec(test)?.[1] ?? ''));
  const both = [...job.selection.slice(1).map((text) => `(${text})`), `(${[...functions].join(' or ')})`];
  const second = await run({ ...job, selection: ['-k', both.join(' and ')], part: job.part + 10 });
  return {
    ...second,
    outcomes: new Map([...first.outcomes, ...second.outcomes]),
    starts: first.starts + second.starts,
    timedOut: first.timedOut || second.timedOut,
  };
}

async function run({ name, side, selection, part }: Job): Promise<PeerResult> {
  const system = systems[name];
  await using site = await createSite(system, python);
  const result = await runPeerSuite({
    python,
    controller: side === 'ours' ? ourController : undefined,
    modules: [system.module],
    pytestArguments: [...selection, ...pytestArguments],
    env: site.env,
    enter: site.enter,
    folder: site.folder,
    timeoutMs,
    onReport(line) {
      if ('test' in line) {
        done.set(`${name} ${side}`, (done.get(`${name} ${side}`) ?? 0) + 1);
        tookSeconds.set(`${line.test} ${side}`, line.seconds);
      }
      const states = [...done].map(([job, count]) => `${job} ${count}`);
      live.show(`  tests ended: ${states.join(', ')}; ${seconds()} s`);
    },
  });
  await mkdir(join(root, 'logs'), { recursive: true });
  await writeFile(join(root, `logs/peer-systems-${name}-${side}-${part + 1}.log`), result.output);
  return result;
}

async function record(): Promise<void> {
  const faults = results.flatMap(({ side, result }) => faultsOf(result, side));
  if (faults.length > 0) {
    console.log(`Nothing is written down: ${faults.join('; ')}.\n0 passed, ${faults.length} failed, 0 skipped`);
    process.exitCode = 1;
    return;
  }
  const all = new Map(outcomesOf(results, 'theirs'));
  const about = `Python's own controller, recorded by npm run e2e -- peer-systems --record: outcome, seconds, test.`;
  const lines = new Map(
    [...all].map(([test, outcome]) => [test, { outcome, seconds: tookSeconds.get(`${test} theirs`) ?? 0 }]),
  );
  await writeFile(baseline, formatBaseline([about], lines));
  console.log(`${summarize(all)}; written to ${baseline}`);
  console.log(`${[...all.values()].filter((outcome) => outcome === 'passed').length} passed, 0 failed, 0 skipped`);
}

async function conclude(): Promise<void> {
  const recorded = recordedOutcomes(parseBaseline(await readFile(baseline, 'utf8')));
  let passed = 0;
  let failed = 0;
  const rows: string[][] = [['', `Python's${values.beside ? '' : ' (recorded)'}`, 'ours', '']];
  for (const name of names) {
    const { module } = systems[name];
    const own = results.filter((job) => job.name === name);
    const theirs = values.beside ? outcomesOf(own, 'theirs') : ofModule(recorded, module);
    const ours = outcomesOf(own, 'ours');
    // With arguments for pytest the selection is its own: then nothing counts as missing.
    const { worse, passed: well } = compare(theirs, ours, () => pytestArguments.length === 0);
    const faults = own.flatMap(({ side, result }) => faultsOf(result, side));
    const details = new Map(own.flatMap(({ side, result }) => (side === 'ours' ? [...result.details] : [])));
    for (const { test, before, now } of worse)
      console.log(`  ---- ${test}: ${before} with Python's controller, ${now} with ours\n${details.get(test) ?? ''}`);
    for (const fault of faults) console.log(`  FAULT: ${module}, ${fault}; see logs/peer-systems-${name}-*.log`);
    passed += well;
    failed += worse.length + faults.length;
    rows.push([`  ${module}`, summarize(theirs), summarize(ours), worse.length + faults.length > 0 ? 'WORSE' : '']);
  }
  console.log(formatTable(rows));
  console.log(`  peer-systems: ${seconds()} s, logs in ${join(root, 'logs')}/peer-systems-*.log`);
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

function ofModule(outcomes: Outcomes, module: string): Outcomes {
  return new Map([...outcomes].filter(([test]) => moduleOf(test) === module));
}

function outcomesOf(own: readonly (Job & { readonly result: PeerResult })[], side: Side): Outcomes {
  return new Map(own.flatMap((job) => (job.side === side ? [...job.result.outcomes] : [])));
}

/** What makes a run no judgement at all. */
function faultsOf({ outcomes, starts, exitCode, timedOut }: PeerResult, side: Side): string[] {
  const faults: string[] = [];
  if (timedOut) faults.push(`${side}: it did not end in time`);
  else if (exitCode !== 0 && exitCode !== 1) faults.push(`${side}: pytest ended with status ${exitCode}`);
  if (starts === 0) faults.push(`${side}: no controller was started`);
  if (![...outcomes.values()].includes('passed')) faults.push(`${side}: no test passed`);
  return faults;
}

function seconds(): number {
  return Math.round((performance.now() - begin) / 1000);
}
