import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProgram, temporaryFolder, until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { cacheRoot, ensureBuilt, findBuilt, partFolder } from './cache.ts';
import { withLock } from './lock.ts';
import type { Part } from './part.ts';

function toyPart(recipe = 'one'): Part & { builds: number } {
  const part = {
    title: 'toy 1',
    folderName: 'toy-1',
    recipe,
    builds: 0,
    async build(folder: string) {
      part.builds++;
      await mkdir(folder);
      await writeFile(join(folder, 'toy'), 'works');
    },
    async fault(folder: string) {
      const text = await readFile(join(folder, 'toy'), 'utf8').catch(() => 'missing');
      return text === 'works' ? undefined : text;
    },
  };
  return part;
}

test('a part is built once and found again', async () => {
  await using root = await temporaryFolder('provision');
  const part = toyPart();
  expect(await findBuilt(part, root.path)).toEqual({ fault: 'not built yet' });
  const folder = await ensureBuilt(part, root.path);
  expect(folder).toBe(partFolder(part, root.path));
  expect(await ensureBuilt(part, root.path)).toBe(folder);
  expect(part.builds).toBe(1);
});

test('two that want it at once build it once', async () => {
  await using root = await temporaryFolder('provision');
  const part = toyPart();
  const folders = await Promise.all([ensureBuilt(part, root.path), ensureBuilt(part, root.path)]);
  expect(folders[0]).toBe(folders[1]);
  expect(part.builds).toBe(1);
});

test('what is half built or broken is built again', async () => {
  await using root = await temporaryFolder('provision');
  const part = toyPart();
  const folder = await ensureBuilt(part, root.path);
  await rm(join(folder, '.built'));
  expect(await findBuilt(part, root.path)).toEqual({ fault: 'half built' });
  await ensureBuilt(part, root.path);
  await writeFile(join(folder, 'toy'), 'bent');
  expect(await findBuilt(part, root.path)).toEqual({ fault: 'bent' });
  await ensureBuilt(part, root.path);
  expect(part.builds).toBe(3);
  expect(await findBuilt(part, root.path)).toEqual({ folder });
});

test('another recipe is another folder', () => {
  expect(partFolder(toyPart('one'))).not.toBe(partFolder(toyPart('two')));
  expect(cacheRoot({ XDG_CACHE_HOME: '/x' })).toBe('/x/muster-e2e');
});

test('a build that does not give a working part rejects', async () => {
  await using root = await temporaryFolder('provision');
  const part = { ...toyPart(), build: (folder: string) => mkdir(folder).then(() => undefined) };
  await expect(ensureBuilt(part, root.path)).rejects.toThrow(/does not work: missing/);
  expect(await findBuilt(part, root.path)).toEqual({ fault: 'half built' });
});

test('a lock is free again when its holder was killed', async () => {
  await using root = await temporaryFolder('provision');
  const file = join(root.path, 'lock');
  const script = `const { withLock } = await import(${JSON.stringify(import.meta.resolve('./lock.ts'))});
    await withLock(${JSON.stringify(file)}, () => { console.log('mine'); return new Promise(() => {}); });`;
  await using holder = await startProgram([process.execPath, '--input-type=module', '-e', script]);
  await holder.says('mine');
  const story: string[] = [];
  const mine = withLock(
    file,
    async () => void story.push('entered'),
    () => story.push('waiting'),
  );
  await until(() => story.length > 0, { what: 'the second one waits' });
  process.kill(holder.pid, 'SIGKILL');
  await mine;
  expect(story).toEqual(['waiting', 'entered']);
});
