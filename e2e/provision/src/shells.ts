import { mkdir } from 'node:fs/promises';
import { ensureDebianPackages } from './debian.ts';
import { faultOfCommand } from './machines.ts';
import type { Part } from './part.ts';

const packages = ['bash', 'zsh', 'fish', 'man-db'];

/** What people type into, and read: zsh brings the terminals (zpty) in which bash and zsh are tried. */
export const shellsPart: Part = {
  title: 'bash, zsh, fish and man',
  folderName: 'shells',
  recipe: packages.join(),
  async build(folder, progress) {
    await ensureDebianPackages(packages, progress);
    await mkdir(folder);
  },
  fault: () =>
    faultOfCommand(['sh', '-c', 'for shell in bash zsh fish; do $shell -c true || exit 1; done; man --version']),
};
