// The suite `transport`: tests with peers, and random inputs for the parser of our own transport.
import { addCounts, judge } from './counts.ts';
import type { GateResult } from './gate.ts';
import { runCounting, runVitest } from './gate.ts';

const runFuzz = (args: readonly string[]): Promise<GateResult> =>
  runCounting(['e2e/transport/src/fuzz/main.ts', ...args]);
const runPeers = (args: readonly string[]): Promise<GateResult> => runVitest('e2e/transport/vitest.config.ts', args);

/** `--fuzz [N] [--seed S]`: only random inputs; other arguments are for vitest; without any, all of it. */
export async function runTransport(args: readonly string[]): Promise<GateResult> {
  if (args[0] === '--fuzz') return runFuzz(args.slice(1));
  if (args.length > 0) return runPeers(args);
  const results = [await runFuzz([]), await runPeers([])];
  const verdicts = results.map(({ counts, exitCode }) => judge(counts, exitCode));
  for (const { why } of verdicts) if (why !== undefined) console.log(`A part of transport ${why}`);
  const exitCode = Math.max(...results.map((result) => result.exitCode));
  return { counts: verdicts.map(({ counts }) => counts).reduce(addCounts), exitCode };
}
