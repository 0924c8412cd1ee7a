// A run: all jobs in a pool, then what failed once more, alone; and what was seen, setting by setting.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moduleOf } from '../outcomes.ts';
import type { Job, Row } from './jobs.ts';
import { jobName, planJobs } from './jobs.ts';
import { controllerModules } from './modules.ts';
import { inPool } from './pool.ts';
import { createProgress } from './progress.ts';
import type { Results } from './results.ts';
import { baselineFile, mergeRepeated, parseBaseline, testsToRepeat } from './results.ts';
import type { JobOptions, JobResult } from './run-job.ts';
import { runJob } from './run-job.ts';
import type { Setting, Side } from './settings.ts';
import type { Seen } from './verdict.ts';

export interface RunOptions {
  readonly python: string;
  readonly pytestArguments: readonly string[];
  /** Jobs at a time. */
  readonly width: number;
  /** What pytest says is kept here: SETTING-SIDE.log. */
  readonly logFolder: string;
}

export interface Run {
  readonly seen: readonly Seen[];
  /** What went wrong beside tests. */
  readonly faults: readonly string[];
}

const minutes = 60_000;
/** Of one job; the longest takes one minute on a quiet machine. */
const jobLimitMs = 12 * minutes;
/** Of all second tries of a setting with one controller: what is as broken as that need not be tried to its end. */
const secondLimitMs = 5 * minutes;

interface SideSeen {
  results: Results;
  readonly details: ReadonlyMap<string, string>;
  readonly seconds: number;
}

export async function runMatrix(rows: readonly Row[], options: RunOptions): Promise<Run> {
  await mkdir(options.logFolder, { recursive: true });
  const jobs = planJobs(rows);
  const progress = createProgress(jobs.length);
  const done = await inPool(jobs, options.width, async (job) => {
    const onReport = progress.begins(job);
    const result = await runJob(job, { ...options, timeoutMs: jobLimitMs, onReport });
    progress.ends(job);
    return result;
  });
  const seen: Seen[] = [];
  for (const row of rows) seen.push(await conclude(row, done, options, progress.say));
  return { seen, faults: done.flatMap((result) => faultsOf(result, options)) };
}

async function conclude(
  row: Row,
  done: readonly JobResult[],
  options: RunOptions,
  say: (text: string) => void,
): Promise<Seen> {
  const isRecorded = !row.sides.includes('python');
  const sides: Record<Side, SideSeen> = {
    ours: gather(done, row.setting, 'ours'),
    python: isRecorded ? await readBaseline(row) : gather(done, row.setting, 'python'),
  };
  const other = { ours: 'python', python: 'ours' } as const;
  for (const side of row.sides) {
    const there = row.sides.length > 1 || isRecorded ? sides[other[side]].results : undefined;
    const tests = testsToRepeat(sides[side].results, there, isRecorded);
    const log = done.filter(({ job }) => job.setting === row.setting && job.side === side).map(logOf);
    if (tests.length > 0) {
      say(`  once more, alone: ${tests.length} tests of ${row.setting.name}, ${side}`);
      const job: Job = { setting: row.setting, side, modules: row.modules };
      const second = await runJob(job, secondTry(tests, options));
      sides[side].results = mergeRepeated(sides[side].results, resultsOf(second), sides[side].details);
      log.push(`== second try ==\n${logOf(second)}`);
    }
    await writeFile(join(options.logFolder, `${row.setting.name}-${side}.log`), log.join('\n'));
  }
  return {
    row,
    ours: sides.ours.results,
    python: sides.python.results,
    isRecorded,
    seconds: { ours: sides.ours.seconds, python: isRecorded ? undefined : sides.python.seconds },
    details: sides.ours.details,
  };
}

const secondTry = (tests: readonly string[], { python }: RunOptions): JobOptions => ({
  python,
  tests,
  timeoutMs: secondLimitMs,
});

function gather(done: readonly JobResult[], setting: Setting, side: Side): SideSeen {
  const mine = done.filter(({ job }) => job.setting === setting && job.side === side);
  return {
    results: new Map(mine.flatMap((result) => [...resultsOf(result)])),
    details: new Map(mine.flatMap(({ details }) => [...details])),
    seconds: mine.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

const resultsOf = ({ outcomes, testSeconds }: JobResult): Results =>
  new Map([...outcomes].map(([test, outcome]) => [test, { outcome, seconds: testSeconds.get(test) ?? 0 }]));

async function readBaseline({ setting, modules }: Row): Promise<SideSeen> {
  const all = parseBaseline(await readFile(baselineFile(setting), 'utf8'));
  const results = new Map([...all].filter(([test]) => modules.includes(moduleOf(test))));
  return { results, details: new Map(), seconds: 0 };
}

const logOf = ({ job, output, details }: JobResult): string =>
  [`==== ${jobName(job)}`, output, ...[...details].map(([test, text]) => `---- ${test}\n${text}`)].join('\n');

function faultsOf(
  { job, broken, timedOut, exitCode, starts, outcomes }: JobResult,
  { pytestArguments }: RunOptions,
): string[] {
  if (broken !== undefined) return [`${jobName(job)}: ${broken}`];
  const isSelection = pytestArguments.length > 0;
  const faults: string[] = [];
  // 5: no test was selected.
  const isEnd = exitCode === 0 || exitCode === 1 || (isSelection && exitCode === 5);
  if (timedOut) faults.push('it did not end in time');
  else if (!isEnd) faults.push(`pytest ended with status ${exitCode}`);
  if (starts === 0 && outcomes.size > 0 && !isSelection && job.modules.some((name) => controllerModules.includes(name)))
    faults.push('no controller was started');
  return faults.map((fault) => `${jobName(job)}: ${fault}`);
}
