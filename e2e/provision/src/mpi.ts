import { mkdir } from 'node:fs/promises';
import { ensureDebianPackages } from './debian.ts';
import { faultOfCommand } from './machines.ts';
import type { Part } from './part.ts';

export const mpi: Part = {
  title: 'Open MPI',
  folderName: 'open-mpi',
  recipe: 'openmpi-bin',
  async build(folder, progress) {
    await ensureDebianPackages(['openmpi-bin'], progress);
    await mkdir(folder);
  },
  fault: () => faultOfCommand(['mpiexec', '--version']),
};
