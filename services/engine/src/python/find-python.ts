// The Python that runs stock engines, and whether it can.
import { execFile } from 'node:child_process';
import { MusterError } from '@muster/protocol';
import { findOnPath } from '../on-path.ts';

export interface FoundPython {
  readonly path: string;
  readonly ipyparallel: string;
}

const askMs = 30_000;

const question = `
import importlib.metadata, importlib.util, json, sys
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
print(json.dumps([sys.version.split()[0], version("ipyparallel"), importlib.util.find_spec("mpi4py") is not None]))
`;

/** `mpi`: mpi4py is needed, too. Throws MusterError `start_failed` with what to install. */
export async function findPython(named: string, env: NodeJS.ProcessEnv, mpi: boolean): Promise<FoundPython> {
  const path = findOnPath(named || 'python3', env);
  if (path === undefined)
    throw new MusterError(
      'start_failed',
      named === '' ? 'There is no python3 on PATH.' : `--python: there is no program ${named}.`,
      'Install Python 3, or name one: --python=/path/to/python3; or run JavaScript: --kernel=node',
    );
  const [python, ipyparallel, hasMpi] = await ask(path, env);
  const install = (name: string, what: string): MusterError =>
    new MusterError(
      'start_failed',
      `${what} ${path} (Python ${python}).`,
      `Install it: ${path} -m pip install ${name}`,
    );
  if (ipyparallel === null) throw install('ipyparallel', 'ipyparallel is not installed for');
  if (Number.parseInt(ipyparallel, 10) < 7)
    throw install("'ipyparallel>=7.1'", `ipyparallel ${ipyparallel}, too old for this controller, is what has`);
  if (mpi && !hasMpi) throw install('mpi4py', 'mpi4py is not installed for');
  return { path, ipyparallel };
}

type Answer = [python: string, ipyparallel: string | null, mpi4py: boolean];

const ask = (path: string, env: NodeJS.ProcessEnv): Promise<Answer> =>
  new Promise((resolve, reject) => {
    execFile(path, ['-c', question], { env, timeout: askMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) return resolve(JSON.parse(stdout) as Answer);
      const why = stderr.trim().split('\n').at(-1) || error.message.split('\n')[0];
      reject(
        new MusterError(
          'start_failed',
          `${path} does not run as Python 3.8 or newer: ${why}`,
          'Name another one: --python=/path/to/python3',
        ),
      );
    });
  });
