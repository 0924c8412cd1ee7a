import { runProgram } from '@muster/testkit';

/** Runs a program to its good end; resolves to its standard output. Rejects with what it said. */
export async function must(argv: readonly string[], timeoutMs = 20_000): Promise<string> {
  const run = await runProgram(argv, { timeoutMs, leaveDaemons: true });
  if (run.code !== 0) throw new Error(`${argv.join(' ')} failed (${run.code}):\n${run.output}`);
  return run.stdout;
}
