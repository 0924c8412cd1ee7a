// npm run sim -- --seed N --steps M: runs the controller with model engines and clients under a virtual clock. The same seed and
// steps do the same. With --seeds K it runs K seeds from N on. Closes with the plain line of counts.
import { parseArgs } from 'node:util';
import type { RunResult } from '@muster/simulation';
import { runApart, runSeed } from '@muster/simulation';
import { formatCounts } from '../counts.ts';

const defaults = { seed: 1, seeds: 1, steps: 200 };
/** Lines of the story shown of a run that failed. */
const shownLines = 60;
const usage = `npm run sim -- [--seed N] [--seeds K] [--steps M] [--apart | --restart] [--verbose]
  --seed N     the seed, or the first of them (${defaults.seed})
  --seeds K    how many seeds (${defaults.seeds})
  --steps M    steps of each run before everything heals (${defaults.steps})
  --apart      each service is a process of its own, killed and started again
  --restart    the controller as one process, killed and started again with --restore
  --verbose    tell the whole story as it happens`;

type Options = typeof defaults & { readonly apart: boolean; readonly restart: boolean; readonly verbose: boolean };

function readOptions(): Options | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const options = { seed: text, seeds: text, steps: text, apart: flag, restart: flag, verbose: flag };
    const { values } = parseArgs({ options });
    const numbers = { ...defaults };
    for (const key of ['seed', 'seeds', 'steps'] as const) {
      const value = values[key] === undefined ? defaults[key] : Number(values[key]);
      const least = key === 'seeds' ? 1 : 0;
      if (!Number.isSafeInteger(value) || value < least)
        throw new Error(`--${key} is ${values[key]}, expected a whole number from ${least} on`);
      numbers[key] = value;
    }
    const { apart = false, restart = false, verbose = false } = values;
    return { ...numbers, apart, restart, verbose };
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return undefined;
  }
}

function showFailure({ seed, steps, broken, story }: RunResult, mode: string): void {
  console.log(`\nseed ${seed}, ${steps} steps: ${broken.length} rules are broken. The end of its story:`);
  for (const line of story.slice(-shownLines)) console.log(`  ${line}`);
  for (const rule of broken) console.log(`  BROKEN: ${rule}`);
  console.log(`Again, with the whole story: npm run sim -- --seed ${seed} --steps ${steps}${mode} --verbose\n`);
}

/** One line that moves on where there is a terminal; else a line now and then. */
function showProgress(done: number, seeds: number, failed: number, sinceMs: number): void {
  const seconds = (performance.now() - sinceMs) / 1000;
  const text = `${done} of ${seeds} seeds, ${failed} failed, ${seconds.toFixed(1)} s`;
  if (process.stdout.isTTY) process.stdout.write(`\r${text}${done === seeds ? '\n' : ''}`);
  else if (done % 50 === 0 || done === seeds) console.log(text);
}

async function simulate({ seed, seeds, steps, apart, restart, verbose }: Options): Promise<void> {
  const mode = restart ? ' --restart' : apart ? ' --apart' : '';
  const sinceMs = performance.now();
  const totals: Record<string, number> = {};
  let failed = 0;
  for (let done = 1; done <= seeds; done++) {
    const result = await (apart || restart ? runApart : runSeed)({
      ...{ seed: seed + done - 1, steps, whole: restart },
      ...(verbose && { show: (line) => console.log(line) }),
    });
    for (const [what, count] of Object.entries(result.counts)) totals[what] = (totals[what] ?? 0) + count;
    if (result.broken.length > 0) {
      failed++;
      showFailure(result, mode);
    }
    if (seeds === 1) console.log(`seed ${seed}, ${steps} steps: digest ${result.digest}`);
    else showProgress(done, seeds, failed, sinceMs);
  }
  console.log(
    Object.entries(totals)
      .map(([what, count]) => `${count} ${what}`)
      .join(', '),
  );
  console.log(formatCounts({ passed: seeds - failed, failed, skipped: 0 }));
  process.exitCode = failed > 0 ? 1 : 0;
}

const options = readOptions();
if (options === undefined) process.exitCode = 2;
else await simulate(options);
