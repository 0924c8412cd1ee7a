// Which Python runs the dask scheduler of become_dask, and how its arguments are understood (§4.7).
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JsonObject } from '@muster/protocol';
import type { DaskScheduler } from './dask-scheduler.ts';
import { startDaskScheduler } from './dask-scheduler.ts';

export interface DaskStarterOptions {
  /** The only one that is tried; empty: some are looked for. */
  readonly python: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address where it listens when the request names none: one that engines and clients reach. */
  readonly host: string;
}

/**
 * Starts one by the scheduler_args of a request, of which `ip` or `host`, and `port` count; others have no meaning for a
 * scheduler of its own. Rejects with MusterError `start_failed`.
 */
export const createDaskStarter =
  ({ python, env, host }: DaskStarterOptions) =>
  (args: JsonObject): Promise<DaskScheduler> => {
    const wanted = args.host ?? args.ip;
    const { port } = args;
    return startDaskScheduler({
      pythons: python === '' ? guessPythons(env) : [python],
      host: typeof wanted === 'string' && wanted !== '' ? wanted : host,
      port: typeof port === 'number' && Number.isInteger(port) && port >= 0 && port < 65_536 ? port : 0,
    });
  };

/**
 * Interpreters that may have `distributed`, best guess first: that of an active environment, the one that has started
 * us (ipyparallel's Cluster does so), then the first in the path.
 */
function guessPythons(env: DaskStarterOptions['env']): string[] {
  const ofEnvironment = [env.VIRTUAL_ENV, env.CONDA_PREFIX].flatMap((folder) =>
    folder ? [join(folder, 'bin/python')] : [],
  );
  return [...ofEnvironment, ...parentPython(), 'python3', 'python'];
}

function parentPython(): string[] {
  try {
    const [program = ''] = readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').split('\0');
    return /^python[\d.]*$/.test(basename(program)) ? [program] : [];
  } catch {
    return [];
  }
}
