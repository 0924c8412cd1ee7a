// Where parts are kept: outside of the checkout, so that a fresh clone finds them.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import type { Part } from './part.ts';
import { startProgress } from './progress.ts';

export const cacheRoot = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'muster-e2e');

/** The folder of a part: a changed recipe is another folder. */
export const partFolder = (part: Part, root = cacheRoot()): string =>
  join(root, `${part.folderName}-${createHash('sha256').update(part.recipe).digest('hex').slice(0, 8)}`);

/** Written last: a folder without it is half built. */
const stamp = (folder: string): string => join(folder, '.built');

/** The part's folder when it is there and works; else undefined and why. */
export async function findBuilt(part: Part, root?: string): Promise<{ folder?: string; fault?: string }> {
  const unfit = await part.unfit?.();
  if (unfit !== undefined) return { fault: unfit };
  const folder = partFolder(part, root);
  if (!existsSync(folder)) return { fault: 'not built yet' };
  const recipe = await readFile(stamp(folder), 'utf8').catch(() => undefined);
  if (recipe !== part.recipe) return { fault: 'half built' };
  const fault = await part.fault(folder);
  return fault === undefined ? { folder } : { fault };
}

/** The part's folder, built when it is absent or broken. Two runs at once build once. */
export async function ensureBuilt(part: Part, root?: string): Promise<string> {
  const ready = await findBuilt(part, root);
  if (ready.folder !== undefined) return ready.folder;
  const unfit = await part.unfit?.();
  if (unfit !== undefined) throw new Error(`${part.title} cannot run on this machine: ${unfit}`);
  const progress = startProgress(part.title);
  const folder = partFolder(part, root);
  return withLock(
    `${folder}.lock`,
    async () => {
      const again = await findBuilt(part, root);
      if (again.folder !== undefined) return again.folder;
      progress(`building, because it is ${again.fault}`);
      // Built in its final place: virtual environments know their own path and cannot be moved.
      await rm(folder, { recursive: true, force: true });
      await mkdir(join(folder, '..'), { recursive: true });
      await part.build(folder, progress);
      const fault = await part.fault(folder);
      if (fault !== undefined) throw new Error(`${part.title} was built in ${folder} but does not work: ${fault}`);
      await writeFile(stamp(folder), part.recipe);
      progress(`ready in ${folder}`);
      return folder;
    },
    () => progress('waiting for another run that builds it'),
  );
}
