// What a run tells while it goes on: a live line, and each failure as it happens.
import type { LiveLine } from '../live-line.ts';
import { createLiveLine } from '../live-line.ts';
import type { Report } from '../peer-suite.ts';
import type { Job } from './jobs.ts';
import { jobName } from './jobs.ts';

export interface Progress {
  begins(job: Job): (line: Report) => void;
  ends(job: Job): void;
  /** Prints a line above the live one. */
  say(text: string): void;
}

export function createProgress(jobs: number, live: LiveLine = createLiveLine()): Progress {
  const begin = performance.now();
  const running = new Map<Job, string>();
  let finished = 0;
  let tests = 0;
  let failed = 0;
  const say = (text: string): void => {
    live.clear();
    console.log(text);
  };
  const show = (): void => {
    const seconds = Math.round((performance.now() - begin) / 1000);
    const last = [...running.values()].at(-1);
    const at = last === undefined ? '' : `, at ${last}`;
    live.show(
      `  ${finished}/${jobs} jobs, ${running.size} running; ${tests} tests, ${failed} failed, ${seconds} s${at}`,
    );
  };
  return {
    say,
    begins(job) {
      running.set(job, jobName(job));
      show();
      return (line) => {
        if ('test' in line) {
          tests++;
          if (line.outcome === 'failed' || line.outcome === 'error') {
            failed++;
            say(`  ${line.outcome} ${line.test} (${job.setting.name}, ${job.side}; ${line.seconds.toFixed(1)} s)`);
          }
        }
        if ('begins' in line) running.set(job, `${job.setting.name}, ${job.side}: ${line.begins}`);
        show();
      };
    },
    ends(job) {
      running.delete(job);
      finished++;
      show();
      if (running.size === 0) live.clear();
    },
  };
}
