// Asks a program of this machine something: mpiexec its version, a batch system about jobs.
import { MusterError } from '@muster/protocol';
import type { Ended } from './run-program.ts';
import { runToEnd } from './run-program.ts';

export interface AskOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly cwd?: string | undefined;
  /** Default 60,000. */
  readonly timeoutMs?: number | undefined;
  readonly stdin?: string | undefined;
}

/** Rejects with MusterError when it does not come to its end: `install` says where it comes from, should it not be there. */
export async function askProgram(
  argv: readonly [string, ...string[]],
  install: string,
  { env = process.env, cwd, timeoutMs = 60_000, stdin = '' }: AskOptions = {},
): Promise<Ended> {
  const ended = await runToEnd(argv, { stdin, timeoutMs, env, cwd });
  const [program] = argv;
  if (ended === 'missing')
    throw new MusterError('start_failed', `There is no program ${program} here, or it cannot be run.`, install);
  if (ended === 'late')
    throw new MusterError(
      'timeout',
      `${program} did not end within ${timeoutMs / 1000} s.`,
      `Try it by hand: ${program}`,
    );
  if (ended === 'talkative')
    throw new MusterError('limit_reached', `${program} answers with more than 16 MiB.`, `Try it by hand: ${program}`);
  return ended;
}
