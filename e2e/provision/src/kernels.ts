// Jupyter kernels in a virtual environment of their own, every package pinned.
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pythonIn } from './ipyparallel.ts';
import { faultOfCommand } from './machines.ts';
import { mustRun } from './must-run.ts';
import type { Part } from './part.ts';
import { ensurePython } from './python.ts';

const requirements = join(import.meta.dirname, '../requirements/kernels.txt');

/** For $JUPYTER_PATH: the kernels python3, bash and deno. */
export const jupyterPathIn = (folder: string): string => join(folder, 'share/jupyter');

export const kernels: Part = {
  title: 'Jupyter kernels of Python, bash and TypeScript',
  folderName: 'kernels',
  recipe: readFileSync(requirements, 'utf8'),
  async build(folder, progress) {
    const python = await ensurePython(progress);
    progress(`virtual environment with Python ${python.version} (${python.path})`);
    await mustRun([python.path, '-m', 'venv', folder]);
    progress('kernels by pip');
    const quiet = ['--quiet', '--no-input', '--disable-pip-version-check'];
    await mustRun([pythonIn(folder), '-m', 'pip', 'install', ...quiet, '--requirement', requirements]);
    await writeSpec(folder, 'bash', 'bash', ['python3', '-m', 'bash_kernel', '-f', '{connection_file}']);
    await writeSpec(folder, 'deno', 'typescript', [
      '{prefix}/bin/deno',
      'jupyter',
      '--kernel',
      '--conn',
      '{connection_file}',
    ]);
  },
  fault: async (folder) =>
    (await faultOfCommand([join(folder, 'bin/deno'), '--version'])) ??
    (await faultOfCommand([pythonIn(folder), '-c', 'import ipykernel, bash_kernel'])),
};

async function writeSpec(folder: string, name: string, language: string, argv: readonly string[]): Promise<void> {
  const place = join(jupyterPathIn(folder), 'kernels', name);
  await mkdir(place, { recursive: true });
  const spec = { argv, display_name: name, language, env: name === 'bash' ? { PS1: '$' } : {} };
  await writeFile(join(place, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`);
}
