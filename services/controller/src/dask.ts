// Which Python runs the dask scheduler of become_dask, and how its arguments are understood.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { StartDask } from '@muster/hub';
import { startDaskScheduler } from '@muster/launchers';

export interface DaskOptions {
  /** `--python`; null: look for one. */
  readonly python: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Address for clients, where the request names none. */
  readonly host: string;
}

/** `ip` or `host`, and `port`, of the request's scheduler_args count; others have no meaning for a scheduler of its own. */
export const createStartDask =
  ({ python, env, host }: DaskOptions): StartDask =>
  (args) => {
    const wanted = args.host ?? args.ip;
    const { port } = args;
    return startDaskScheduler({
      pythons: python === null ? guessPythons(env) : [python],
      host: typeof wanted === 'string' && wanted !== '' ? wanted : host,
      port: typeof port === 'number' && Number.isInteger(port) && port >= 0 && port < 65_536 ? port : 0,
    });
  };

/**
 * Interpreters that may have `distributed`, best guess first: that of an active environment, the one that has started
 * us (ipyparallel's Cluster does so), then the first in the path.
 */
function guessPythons(env: DaskOptions['env']): string[] {
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
