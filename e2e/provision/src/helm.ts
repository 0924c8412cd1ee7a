// helm, by `go install`'s way: built from its module.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { goBuild } from './go.ts';
import type { Part } from './part.ts';

const version = '3.19.5';
const name = 'helm.sh/helm/v3';

export const helmIn = (folder: string): string => join(folder, 'helm');

export const helm: Part = {
  title: `helm ${version}`,
  folderName: `helm-${version}`,
  recipe: `helm ${version}`,
  async build(folder, progress) {
    const module = join(folder, 'work');
    await mkdir(module, { recursive: true });
    await writeFile(join(module, 'go.mod'), `module helmwrap\n\ngo 1.24\n\nrequire ${name} v${version}\n`);
    progress('compiling');
    const variables = [`${name}/internal/version.version=v${version}`];
    await goBuild({ module, packages: [`${name}/cmd/helm`], output: helmIn(folder), variables }, progress);
    await rm(module, { recursive: true });
  },
  async fault(folder) {
    const run = await runProgram([helmIn(folder), 'version', '--short'], { timeoutMs: 20_000 }).catch(
      (error: Error) => error,
    );
    if (run instanceof Error) return run.message;
    return run.stdout.startsWith(`v${version}`) ? undefined : `it says ${run.output.trim()}`;
  },
};
