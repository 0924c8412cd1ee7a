// Where Jupyter keeps kernelspecs.
import { execFile } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { findOnPath } from '../on-path.ts';

export interface FolderOptions {
  readonly env: NodeJS.ProcessEnv;
  /** The Python that is asked for, if one is. */
  readonly python: string;
  /** Folder of the profiles. */
  readonly ipythonDir: string;
}

/**
 * Folders of kernelspecs, in the order in which they are searched: $JUPYTER_PATH, the user's, those of the Pythons on PATH (these
 * two change places in a virtual environment), the system's.
 */
export async function kernelFolders({ env, python, ipythonDir }: FolderOptions): Promise<string[]> {
  const user = [userFolder(env), join(env.PYTHONUSERBASE || join(homedir(), '.local'), 'share/jupyter')];
  const prefixes = (await prefixesOf(python, env)).map((prefix) => join(prefix, 'share/jupyter'));
  const middle = prefersPrefixes(env, python) ? [...prefixes, ...user] : [...user, ...prefixes];
  const named = (env.JUPYTER_PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const all = [...named, ...middle, '/usr/local/share/jupyter', '/usr/share/jupyter', ipythonDir];
  return [...new Set(all.map((folder) => join(folder, 'kernels')))];
}

function userFolder(env: NodeJS.ProcessEnv): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform() === 'darwin') return join(homedir(), 'Library/Jupyter');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'jupyter');
}

function prefersPrefixes(env: NodeJS.ProcessEnv, python: string): boolean {
  const wish = env.JUPYTER_PREFER_ENV_PATH;
  if (wish !== undefined) return !['', '0', 'n', 'no', 'off', 'false'].includes(wish.toLowerCase());
  return python !== '' || Boolean(env.VIRTUAL_ENV) || Boolean(env.CONDA_PREFIX);
}

/** Installation folders of the Pythons that are active here. */
async function prefixesOf(python: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const programs = python === '' ? ['python3', 'python'] : [python];
  const pythons = programs.map((program) => findOnPath(program, env)).filter((path) => path !== undefined);
  const jupyter = findOnPath('jupyter', env);
  const behindJupyter = jupyter === undefined ? undefined : interpreterOf(jupyter);
  const found = await Promise.all(
    pythons.map(async (path) => (hasKernels(path) ? prefixOf(path) : askPrefix(path, env))),
  );
  const active = python === '' ? [env.VIRTUAL_ENV, env.CONDA_PREFIX] : [];
  const rest = [jupyter, behindJupyter].map((path) => path && prefixOf(path));
  return [...active, ...found, ...rest].filter((prefix) => prefix !== undefined && prefix !== '') as string[];
}

const prefixOf = (program: string): string => dirname(dirname(program));
const hasKernels = (program: string): boolean => existsSync(join(prefixOf(program), 'share/jupyter/kernels'));

const askMs = 5000;

/** A program on PATH may be another's stand-in: only the Python itself knows. Undefined when it does not say. */
const askPrefix = (python: string, env: NodeJS.ProcessEnv): Promise<string | undefined> =>
  new Promise((resolve) => {
    const args = ['-c', 'import sys; print(sys.prefix)'];
    execFile(python, args, { env, timeout: askMs, killSignal: 'SIGKILL' }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    );
  });

/** The program that runs a script, by its first line. */
function interpreterOf(script: string): string | undefined {
  const bytes = Buffer.alloc(512);
  try {
    const file = openSync(script, 'r');
    try {
      readSync(file, bytes);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
  return /^#!\s*(\/\S+\/python[\d.]*)\s*\n/.exec(bytes.toString('latin1'))?.[1];
}
