// What jobs gave, put together.
import type { Job } from './jobs.ts';
import { jobName } from './jobs.ts';
import { controllerModules } from './modules.ts';
import type { Results } from './results.ts';
import type { JobResult } from './run-job.ts';

/** One setting with one controller. */
export interface SideSeen {
  readonly results: Results;
  /** What pytest said of tests that failed. */
  readonly details: ReadonlyMap<string, string>;
  /** Of all its jobs together. */
  readonly seconds: number;
}

export const resultsOf = ({ outcomes, testSeconds }: JobResult): Results =>
  new Map([...outcomes].map(([test, outcome]) => [test, { outcome, seconds: testSeconds.get(test) ?? 0 }]));

export const gather = (done: readonly JobResult[]): SideSeen => ({
  results: new Map(done.flatMap((result) => [...resultsOf(result)])),
  details: new Map(done.flatMap(({ details }) => [...details])),
  seconds: done.reduce((sum, { seconds }) => sum + seconds, 0),
});

export const isOf =
  (wanted: Pick<Job, 'setting' | 'side'>) =>
  ({ job }: JobResult): boolean =>
    job.setting === wanted.setting && job.side === wanted.side;

/** For a file. */
export const logOf = ({ job, output, details }: JobResult): string =>
  [`==== ${jobName(job)}`, output, ...[...details].map(([test, text]) => `---- ${test}\n${text}`)].join('\n');

/** What went wrong with a job beside its tests. `isSelection`: pytest was told which tests to run. */
export function faultsOf(result: JobResult, isSelection: boolean): string[] {
  const { job, broken, timedOut, exitCode, starts, outcomes } = result;
  const faults: string[] = [];
  // 5: no test was selected.
  const isEnd = exitCode === 0 || exitCode === 1 || (isSelection && exitCode === 5);
  if (broken !== undefined) faults.push(broken);
  else if (timedOut) faults.push('it did not end in time');
  else if (!isEnd) faults.push(`pytest ended with status ${exitCode}`);
  else if (starts === 0 && !isSelection && job.modules.some((name) => controllerModules.includes(name)))
    faults.push('no controller was started');
  else if (outcomes.size === 0 && !isSelection) faults.push('no test ran');
  return faults.map((fault) => `${jobName(job)}: ${fault}`);
}
