// A run: all jobs in a pool, then what failed once more, alone; and what was seen, setting by setting.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moduleOf } from '../outcomes.ts';
import type { SideSeen } from './job-results.ts';
import { faultsOf, gather, isOf, logOf, resultsOf } from './job-results.ts';
import type { Job, Row } from './jobs.ts';
import { planJobs } from './jobs.ts';
import { inPool } from './pool.ts';
import type { Progress } from './progress.ts';
import { createProgress } from './progress.ts';
import { baselineFile, mergeRepeated, parseBaseline, testsToRepeat } from './results.ts';
import type { JobOptions, JobResult } from './run-job.ts';
import { runJob } from './run-job.ts';
import type { Side } from './settings.ts';
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

export async function runMatrix(rows: readonly Row[], options: RunOptions): Promise<Run> {
  await mkdir(options.logFolder, { recursive: true });
  const jobs = planJobs(rows);
  const progress = createProgress(jobs.length);
  const done = await inPool(jobs, options.width, (job) =>
    runShown(job, progress, { ...options, timeoutMs: jobLimitMs }),
  );
  const seen: Seen[] = [];
  for (const row of rows) seen.push(await conclude(row, done, options));
  return { seen, faults: done.flatMap((result) => faultsOf(result, options.pytestArguments.length > 0)) };
}

async function runShown(job: Job, progress: Progress, options: JobOptions): Promise<JobResult> {
  const result = await runJob(job, { ...options, onReport: progress.begins(job) });
  progress.ends(job);
  return result;
}

async function conclude(row: Row, done: readonly JobResult[], options: RunOptions): Promise<Seen> {
  const isRecorded = !row.sides.includes('python');
  const { setting } = row;
  const sides: Record<Side, SideSeen> = {
    ours: gather(done.filter(isOf({ setting, side: 'ours' }))),
    python: isRecorded ? await readBaseline(row) : gather(done.filter(isOf({ setting, side: 'python' }))),
  };
  for (const side of row.sides) {
    const other = side === 'ours' ? 'python' : 'ours';
    const there = row.sides.length > 1 || isRecorded ? sides[other].results : undefined;
    const log = done.filter(isOf({ setting, side })).map(logOf);
    const isSelection = options.pytestArguments.length > 0;
    const tests = testsToRepeat(sides[side].results, there, isRecorded, isSelection).filter(
      (test) => setting.meant?.[test] === undefined,
    );
    if (tests.length > 0) {
      const second = await tryAgain({ setting, side, modules: row.modules }, tests, options);
      sides[side] = {
        ...sides[side],
        results: mergeRepeated(sides[side].results, resultsOf(second), sides[side].details),
      };
      log.push(`== second try ==\n${logOf(second)}`);
    }
    await writeFile(join(options.logFolder, `${setting.name}-${side}.log`), log.join('\n'));
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

/** These tests, with nothing else running. */
function tryAgain(job: Job, tests: readonly string[], { python }: RunOptions): Promise<JobResult> {
  console.log(`  once more, alone: ${tests.length} tests of ${job.setting.name}, ${job.side}`);
  return runShown(job, createProgress(1), { python, tests, timeoutMs: secondLimitMs });
}

async function readBaseline({ setting, modules }: Row): Promise<SideSeen> {
  const all = parseBaseline(await readFile(baselineFile(setting), 'utf8'));
  const results = new Map([...all].filter(([test]) => modules.includes(moduleOf(test))));
  return { results, details: new Map(), seconds: 0 };
}
