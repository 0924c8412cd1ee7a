import { mkdir } from 'node:fs/promises';
import { ensureDebianPackages } from './debian.ts';
import { faultOfCommand } from './machines.ts';
import type { Part } from './part.ts';

const shells = ['bash', 'zsh', 'fish'];

/** What people type into, for completion: zsh brings the terminals (zpty) in which bash and zsh are tried. */
export const shellsPart: Part = {
  title: 'bash, zsh and fish',
  folderName: 'shells',
  recipe: shells.join(),
  async build(folder, progress) {
    await ensureDebianPackages(shells, progress);
    await mkdir(folder);
  },
  fault: () => faultOfCommand(['sh', '-c', 'for shell in bash zsh fish; do $shell -c true || exit 1; done']),
};
