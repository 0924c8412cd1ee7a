// Python's ipyparallel in a virtual environment of its own, every package pinned.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { mustRun } from './must-run.ts';
import type { Part } from './part.ts';
import { ensurePython } from './python.ts';

export const pythonIn = (folder: string): string => join(folder, 'bin/python');

/** The part of one version; its pins are in requirements/ipyparallel-VERSION.txt. */
export function ipyparallel(version: string): Part {
  const requirements = join(import.meta.dirname, `../requirements/ipyparallel-${version}.txt`);
  const recipe = readFileSync(requirements, 'utf8');
  const pins = recipe.split('\n').filter((line) => line.includes('==')).length;
  return {
    title: `ipyparallel ${version}`,
    folderName: `ipyparallel-${version}`,
    recipe,
    async build(folder, progress) {
      const python = await ensurePython(progress);
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
