import { type ProgramOptions, runProgram } from '@muster/testkit';

const tenMinutes = 600_000;

/** Runs a program of a build. Rejects with its last output when it fails or takes longer than `timeoutMs` (10 minutes). */
export async function mustRun(
  argv: readonly string[],
  options: ProgramOptions & { readonly timeoutMs?: number } = {},
): Promise<string> {
  const run = await runProgram(argv, { timeoutMs: tenMinutes, ...options });
  if (run.code !== 0) throw new Error(`${argv.join(' ')} failed (${run.code}):\n${run.output.slice(-4000)}`);
  return run.stdout;
}
