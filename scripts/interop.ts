// The suite `interop`: our own tests with Python peers, and ipyparallel's test-suite in a matrix of settings.
import { parseArguments, usage } from '@muster/interop';
import { addCounts, judge } from './counts.ts';
import type { GateResult } from './gate.ts';
import { runCounting, runVitest } from './gate.ts';

/** The help when it is asked for. Throws an Error for arguments that cannot be. */
export const explainInterop = (args: readonly string[]): string | undefined =>
  parseArguments(args).help ? usage : undefined;

export async function runInterop(args: readonly string[]): Promise<GateResult> {
  const asked = parseArguments(args);
  if (asked.help) throw new Error('Help is not a run.');
  const results: GateResult[] = [];
  if (asked.own !== undefined) results.push(await runVitest('e2e/interop/vitest.config.ts', asked.own));
  if (asked.matrix !== undefined) results.push(await runCounting(['e2e/interop/src/matrix/main.ts', ...args]));
  const verdicts = results.map(({ counts, exitCode }) => judge(counts, exitCode));
  for (const { why } of verdicts) if (why !== undefined) console.log(`A part of interop ${why}`);
  const counts = verdicts.map((verdict) => verdict.counts).reduce(addCounts);
  return { counts, exitCode: Math.max(...results.map(({ exitCode }) => exitCode)) };
}
