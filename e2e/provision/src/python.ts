// Finds a Python that can make virtual environments.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { ensureDebianPackages } from './debian.ts';
import type { Progress } from './progress.ts';

/** The pinned packages have wheels for these; the first is what the baseline was recorded with. */
const wanted = ['3.11', '3.12', '3.13'];

export interface Python {
  readonly path: string;
  /** As `3.11.7`. */
  readonly version: string;
}

/** Programs that may be a Python, best first: MUSTER_PYTHON, those on PATH, pyenv's. Many of them may not exist. */
async function candidates(env: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const pyenv = join(env.PYENV_ROOT || join(homedir(), '.pyenv'), 'versions');
  const versions = await readdir(pyenv).catch(() => []);
  const ofVersion = (version: string): string[] => [
    ...folders.map((folder) => join(folder, `python${version}`)),
    ...versions.filter((name) => name.startsWith(`${version}.`)).map((name) => join(pyenv, name, 'bin/python')),
  ];
  const plain = folders.map((folder) => join(folder, 'python3'));
  return [...(env.MUSTER_PYTHON ? [env.MUSTER_PYTHON] : []), ...wanted.flatMap(ofVersion), ...plain];
}

/** Its version when it runs, is one of those wanted and has all that a virtual environment needs. */
async function versionOf(path: string): Promise<string | undefined> {
  const script = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';
  const run = await runProgram([path, '-c', script], { timeoutMs: 20_000 }).catch(() => undefined);
  const version = run?.code === 0 ? run.stdout.trim() : '';
  return wanted.some((prefix) => version.startsWith(`${prefix}.`)) ? version : undefined;
}

/** The first Python that fits; undefined when there is none. */
async function findPython(env: NodeJS.ProcessEnv = process.env): Promise<Python | undefined> {
  for (const path of new Set(await candidates(env))) {
    if (!existsSync(path)) continue;
    const version = await versionOf(path);
    if (version !== undefined) return { path, version };
  }
  return undefined;
}

/** As findPython; where there is none, Debian's is installed. */
export async function ensurePython(progress: Progress): Promise<Python> {
  const found = await findPython();
  if (found) return found;
  await ensureDebianPackages(['python3', 'python3-venv'], progress);
  const installed = await findPython();
  if (installed) return installed;
  throw new Error(`No Python ${wanted.join(', ')} with venv was found; name one by MUSTER_PYTHON=/path/to/python3`);
}
