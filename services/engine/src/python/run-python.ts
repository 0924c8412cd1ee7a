// --kernel=python: this process becomes the ipengine of ipyparallel.
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { ensureProfile, resolveProfileDir } from '@muster/config';
import { spawnGuarded } from '../guarded-child.ts';
import type { Invocation } from '../invocation.ts';
import type { Log } from '../log.ts';
import { mpiRank } from '../mpi.ts';
import type { EngineValues } from '../settings.ts';
import { needsMpi4py, pythonEngine } from './arguments.ts';
import { findPython } from './find-python.ts';

/**
 * Runs the stock engine with these settings, as this very process where that can be: then its signals and its end are ours, and the
 * promise never resolves. Else as a child; resolves to its exit status. Throws MusterError `start_failed` when it cannot be run.
 */
export async function runPython(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  invocation: Invocation,
  log: Log,
): Promise<number> {
  const python = await findPython(values.python, env, needsMpi4py(values));
  const profileDir = resolveProfileDir(values, env);
  // Python's engine wants one, also where the connection file is elsewhere.
  if (!existsSync(profileDir)) ensureProfile(profileDir);
  const { args, ignored } = pythonEngine({ ...invocation, values, profileDir, rank: mpiRank(env) });
  if (ignored.length > 0) log.warn({ settings: ignored }, 'settings without meaning for a Python engine');
  log.info({ python: python.path, ipyparallel: python.ipyparallel }, 'Python engine starts');
  const argv = [python.path, '-m', 'ipyparallel.engine', ...args];
  // There it would win over the file that is named.
  const { IPP_CONNECTION_INFO: text, ...rest } = env;
  const childEnv = values.file === '' && text !== undefined ? env : rest;
  // Whoever started us by a channel is told of our end by it, and we of his.
  if (process.channel === undefined && process.execve !== undefined) process.execve(argv[0]!, argv, childEnv);
  return asChild(argv, childEnv);
}

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;

async function asChild(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawnGuarded(argv, { cwd: undefined, env, output: 'inherit' });
  for (const signal of passedOn) process.on(signal, child.kill);
  try {
    const { code, signal } = await child.exited;
    return code ?? 128 + constants.signals[signal!];
  } finally {
    for (const signal of passedOn) process.off(signal, child.kill);
  }
}
