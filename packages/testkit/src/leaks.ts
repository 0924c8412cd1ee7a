// What a program should not leave behind.
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processesOf } from './processes.ts';
import { temporaryPrefix } from './temporary-folder.ts';

const names = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

/** Files of a profile that belong to a running cluster: connection files, cluster files, pid files. Paths in the profile. */
export async function clusterFilesOf(profileDir: string): Promise<string[]> {
  const found = await Promise.all(
    ['security', 'pid'].map(async (room) => (await names(join(profileDir, room))).map((name) => join(room, name))),
  );
  return found.flat().sort();
}

/** Starts watching for temporary folders of ours; the function it gives lists those made since and still there. */
export async function watchTemporaryFolders(): Promise<() => Promise<string[]>> {
  const list = async (): Promise<string[]> =>
    (await names(tmpdir())).filter((name) => name.startsWith(temporaryPrefix));
  const before = new Set(await list());
  return async () => (await list()).filter((name) => !before.has(name));
}

/** All that a program left behind, as lines for people: descendants and, where a profile is named, its cluster's files. */
export async function leftBehind(tag: string, profileDir?: string): Promise<string[]> {
  const processes = (await processesOf(tag)).map(({ pid, command }) => `process ${pid}: ${command}`);
  const files = profileDir === undefined ? [] : (await clusterFilesOf(profileDir)).map((file) => `file ${file}`);
  return [...processes, ...files];
}
