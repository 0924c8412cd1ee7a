// Finds a Python that can make virtual environments.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { ensureDebianPackages } from './debian.ts';
import type { Progress } from './progress.ts';

/** Which Pythons will do. */
export interface PythonChoice {
  /** As `3.11`, best first: the pinned packages have wheels for these. */
  readonly versions: readonly string[];
  /** The environment variable by which a person names one. */
  readonly variable: string;
}

/** The first is what the baseline was recorded with. */
const newPython: PythonChoice = { versions: ['3.11', '3.12', '3.13'], variable: 'MUSTER_PYTHON' };

export interface Python {
  readonly path: string;
  /** As `3.11.7`. */
  readonly version: string;
}

/** Programs that may be a Python, best first: the one that is named, those on PATH, pyenv's. Many of them may not exist. */
async function candidates({ versions: wanted, variable }: PythonChoice, env: NodeJS.ProcessEnv): Promise<string[]> {
  const named = env[variable];
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const pyenv = join(env.PYENV_ROOT || join(homedir(), '.pyenv'), 'versions');
  const versions = await readdir(pyenv).catch(() => []);
  const ofVersion = (version: string): string[] => [
    ...folders.map((folder) => join(folder, `python${version}`)),
    ...versions.filter((name) => name.startsWith(`${version}.`)).map((name) => join(pyenv, name, 'bin/python')),
  ];
  const plain = folders.map((folder) => join(folder, 'python3'));
  return [...(named ? [named] : []), ...wanted.flatMap(ofVersion), ...plain];
}

/** Its version when it runs, is one of those wanted and has all that a virtual environment needs. */
async function versionOf(path: string, wanted: readonly string[]): Promise<string | undefined> {
  const script = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';
  const run = await runProgram([path, '-c', script], { timeoutMs: 20_000 }).catch(() => undefined);
  const version = run?.code === 0 ? run.stdout.trim() : '';
  return wanted.some((prefix) => version.startsWith(`${prefix}.`)) ? version : undefined;
}

/** The first Python that fits; undefined when there is none. */
export async function findPython(
  choice: PythonChoice,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Python | undefined> {
  for (const path of new Set(await candidates(choice, env))) {
    if (!existsSync(path)) continue;
    const version = await versionOf(path, choice.versions);
    if (version !== undefined) return { path, version };
  }
  return undefined;
}

/** A new Python; where there is none, Debian's is installed. */
export async function ensurePython(progress: Progress): Promise<Python> {
  const found = await findPython(newPython);
  if (found) return found;
  await ensureDebianPackages(['python3', 'python3-venv'], progress);
  const installed = await findPython(newPython);
  if (installed) return installed;
  throw new Error(noPython(newPython));
}

export const noPython = ({ versions, variable }: PythonChoice): string =>
  `No Python ${versions.join(', ')} with venv was found; name one by ${variable}=/path/to/python3`;
