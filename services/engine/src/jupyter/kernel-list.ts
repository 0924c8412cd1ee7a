// All kernels of an engine, for people and programs.
import type { JsonObject } from '@muster/protocol';
import { listKernelspecs } from './find-kernel.ts';
import type { FolderOptions } from './kernel-folders.ts';
import { readKernelspec } from './kernelspec.ts';

export interface ListedKernel extends JsonObject {
  /** For --kernel. */
  name: string;
  kind: 'node' | 'python' | 'jupyter';
  displayName: string;
  language: string;
  /** Of its kernel.json; null for those that have none. */
  folder: string | null;
  /** Why it cannot be used. */
  problem: string | null;
}

const own: readonly ListedKernel[] = [
  {
    name: 'node',
    kind: 'node',
    displayName: 'Node',
    language: 'typescript',
    folder: null,
    problem: null,
  },
  {
    name: 'python',
    kind: 'python',
    displayName: 'ipengine of ipyparallel',
    language: 'python',
    folder: null,
    problem: null,
  },
];

export async function listKernels(options: FolderOptions): Promise<ListedKernel[]> {
  const specs = [...(await listKernelspecs(options))].map(([name, folder]): ListedKernel => {
    const spec = readKernelspec(folder);
    const [displayName, language, problem] =
      spec instanceof Error ? ['', '', spec.message] : [spec.displayName, spec.language, null];
    return { name, kind: 'jupyter', displayName, language, folder, problem };
  });
  return [...own, ...specs];
}

export function formatKernels(kernels: readonly ListedKernel[]): string {
  const rows = kernels.map(({ name, displayName, language, folder, problem }) => [
    name,
    language,
    problem === null ? displayName : 'damaged',
    problem ?? folder ?? '',
  ]);
  const all = [['NAME', 'LANGUAGE', 'TITLE', 'FOLDER'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)) + 2);
  return all
    .map(
      (row) =>
        `${row
          .map((text, i) => text.padEnd(widths[i] ?? 0))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}
