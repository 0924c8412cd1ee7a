// File systems made by a program, for tests of what others cannot do.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { ensureDebianPackages } from './debian.ts';
import { faultOfCommand } from './machines.ts';
import type { Part } from './part.ts';

const python = '/usr/bin/python3';
const packages = ['python3-fusepy', 'util-linux', 'mount'];

export const fuse: Part = {
  title: 'fusepy and the right to mount',
  folderName: 'fuse',
  recipe: packages.join(),
  async unfit() {
    if (process.platform !== 'linux') return 'it needs Linux';
    if (process.getuid?.() !== 0) return 'it needs root: mounts in a namespace of their own';
    return existsSync('/dev/fuse') ? undefined : 'there is no /dev/fuse';
  },
  async build(folder, progress) {
    await ensureDebianPackages(packages, progress);
    await mkdir(folder);
  },
  fault: async () =>
    (await faultOfCommand([python, '-c', 'import fusepy'])) ??
    (await faultOfCommand(['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /mnt'])),
};

/** The Python that has it. */
export const fusePythonIn = (_folder: string): string => python;
