// Python's ipyparallel in a virtual environment of its own, every package pinned.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { mustRun } from './must-run.ts';
import type { Part } from './part.ts';
import type { Progress } from './progress.ts';
import type { Python, PythonChoice } from './python.ts';
import { ensurePython, findPython, noPython } from './python.ts';

export const pythonIn = (folder: string): string => join(folder, 'bin/python');

/** Pythons of ipyparallel 7. Debian has none of them, so a machine without cannot have it. */
export const oldPython: PythonChoice = { versions: ['3.9', '3.10'], variable: 'MUSTER_PYTHON_7' };

/**
 * The part of one version; its pins are in requirements/ipyparallel-VERSION.txt. `choice`: for a version that wants another
 * Python than the others, and where that is not installed there is no such part.
 */
export function ipyparallel(version: string, choice?: PythonChoice): Part {
  const requirements = join(import.meta.dirname, `../requirements/ipyparallel-${version}.txt`);
  const recipe = readFileSync(requirements, 'utf8');
  const pins = recipe.split('\n').filter((line) => line.includes('==')).length;
  return {
    title: `ipyparallel ${version}`,
    folderName: `ipyparallel-${version}`,
    recipe,
    ...(choice && { unfit: async () => ((await findPython(choice)) ? undefined : noPython(choice)) }),
    async build(folder, progress) {
      const python = await choosePython(progress, choice);
      progress(`virtual environment with Python ${python.version} (${python.path})`);
      await mustRun([python.path, '-m', 'venv', folder]);
      progress(`${pins} packages by pip`);
      const quiet = ['--quiet', '--no-input', '--disable-pip-version-check'];
      await mustRun([pythonIn(folder), '-m', 'pip', 'install', ...quiet, '--requirement', requirements]);
    },
    async fault(folder) {
      const script = 'import zmq, ipykernel, ipyparallel; print(ipyparallel.__version__)';
      const run = await runProgram([pythonIn(folder), '-c', script]).catch((error: Error) => error);
      if (run instanceof Error) return run.message;
      if (run.code !== 0) return run.output.trim().split('\n').at(-1) ?? 'Python fails';
      return run.stdout.trim() === version ? undefined : `it has version ${run.stdout.trim()}`;
    },
  };
}

async function choosePython(progress: Progress, choice: PythonChoice | undefined): Promise<Python> {
  if (choice === undefined) return ensurePython(progress);
  const found = await findPython(choice);
  if (found) return found;
  throw new Error(noPython(choice));
}
