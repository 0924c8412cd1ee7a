// A kernel by its name, and all that there are.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { suggest } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { FolderOptions } from './kernel-folders.ts';
import { kernelFolders } from './kernel-folders.ts';
import type { Kernelspec } from './kernelspec.ts';
import { readKernelspec } from './kernelspec.ts';

/** Kernels that need no kernelspec. */
const ownKernels = ['node', 'python'] as const;

/** Each name's first folder: the others are hidden by it. */
export async function listKernelspecs(options: FolderOptions): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const place of await kernelFolders(options))
    for (const entry of entriesOf(place)) {
      const name = entry.toLowerCase();
      const folder = join(place, entry);
      if (!found.has(name) && existsSync(join(folder, 'kernel.json'))) found.set(name, folder);
    }
  return found;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/**
 * The kernelspec of a name, or of a folder where the name has a slash. Throws MusterError `bad_option` when there is none, with
 * those there are, or when it is damaged.
 */
export async function findKernel(name: string, options: FolderOptions): Promise<Kernelspec> {
  const folder = name.includes('/') ? resolve(name) : (await listKernelspecs(options)).get(name.toLowerCase());
  if (folder === undefined || !existsSync(join(folder, 'kernel.json'))) throw await noKernel(name, options);
  const spec = readKernelspec(folder);
  if (!(spec instanceof Error)) return spec;
  throw new MusterError(
    'bad_option',
    `--kernel: ${spec.message}.`,
    'Install the kernel again, or choose another: ipengine --list-kernels',
  );
}

async function noKernel(name: string, options: FolderOptions): Promise<MusterError> {
  const known = [...ownKernels, ...(await listKernelspecs(options)).keys()];
  const near = suggest(name, known);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  const folders = await kernelFolders(options);
  return new MusterError(
    'bad_option',
    `--kernel: there is no kernel '${name}'.${hint}`,
    `There are: ${known.join(', ')}. Kernelspecs are looked for in ${folders.join(', ')}.`,
  );
}
