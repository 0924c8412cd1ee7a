import { type ProgramOptions, runProgram } from '@muster/testkit';

const tenMinutes = 600_000;

/** Runs a program of a build. Rejects with its last output when it fails. */
export async function mustRun(argv: readonly string[], options: ProgramOptions = {}): Promise<void> {
  const run = await runProgram(argv, { ...options, timeoutMs: tenMinutes });
  if (run.code !== 0) throw new Error(`${argv.join(' ')} failed (${run.code}):\n${run.output.slice(-4000)}`);
}
