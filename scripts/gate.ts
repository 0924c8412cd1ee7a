// Programs that check something: their output goes to the terminal as it comes, and their counts are read from it.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { guardRun, runTag, runVariable, temporaryFolder } from '@muster/testkit';
import type { Counts } from './counts.ts';
import { parseCounts } from './counts.ts';
import type { VitestResults } from './vitest-results.ts';
import { countFiles, mergeRuns, worthAnotherTry } from './vitest-results.ts';

export const root = join(import.meta.dirname, '..');

export interface GateResult {
  /** Undefined when the program told none. */
  readonly counts: Counts | undefined;
  readonly exitCode: number;
}

interface Ran {
  readonly exitCode: number;
  /** The last 64 KiB. */
  readonly output: string;
}

/** Ends this run when whoever started it is gone without a word: nobody would see what it says. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, 1000).unref();
}
endWithParent();

/** Runs a program in the checkout. It ends with this run, however that ends. */
function runShown(argv: readonly string[]): Promise<Ran> {
  guardRun();
  const [command, ...args] = argv;
  const colours = process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' };
  const child = spawn(command!, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...colours, [runVariable]: runTag },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-65_536);
    process.stdout.write(text);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output }));
  });
}

/** A program of ours (TypeScript) that closes with the plain line of counts. */
export async function runCounting(argv: readonly string[]): Promise<GateResult> {
  const { exitCode, output } = await runShown([process.execPath, ...argv]);
  return { counts: parseCounts(output), exitCode };
}

/**
 * Vitest with its counts, by a file of configuration (default: that of the unit tests); `args` as on its command line. Without
 * them, files with failures are run once more when all else is done, if they are few; what passes only then is listed.
 */
export async function runVitest(config?: string, args: readonly string[] = []): Promise<GateResult> {
  const configured = config === undefined ? [] : ['--config', config];
  const first = await runVitestOnce([...configured, ...args]);
  if (first.results === undefined) return { counts: undefined, exitCode: first.exitCode };
  const again = args.length > 0 ? [] : worthAnotherTry(first.results);
  if (again.length === 0) return { counts: countFiles(first.results.testResults), exitCode: first.exitCode };
  console.log(`Once more, alone: ${again.map((path) => relative(root, path)).join(', ')}`);
  const second = await runVitestOnce([...configured, ...again.map((path) => relative(root, path))]);
  const { counts, lucky } = mergeRuns(first.results, second.results ?? { testResults: [] });
  for (const { title, why } of lucky) console.log(`Passed on the second try: ${relative(root, title)} (${why})`);
  return { counts, exitCode: second.exitCode };
}

async function runVitestOnce(
  args: readonly string[],
): Promise<{ readonly results: VitestResults | undefined; readonly exitCode: number }> {
  await using folder = await temporaryFolder('vitest');
  const file = join(folder.path, 'results.json');
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
  const program = join(root, 'node_modules/.bin/vitest');
  const { exitCode } = await runShown([program, 'run', '--silent=passed-only', ...reporters, ...args]);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return { results: text === undefined ? undefined : (JSON.parse(text) as VitestResults), exitCode };
}

/** `npm run check`: each of its four tasks is one. */
export async function runCheck(): Promise<GateResult> {
  const { exitCode, output } = await runShown([process.execPath, join(root, 'scripts/verbs/check.ts')]);
  const [, successful, total] = /Tasks:\s+(\d+) successful, (\d+) total/.exec(output) ?? [];
  if (total === undefined) return { counts: undefined, exitCode };
  const failed = Number(total) - Number(successful);
  return { counts: { passed: Number(successful), failed, skipped: 0 }, exitCode };
}
