import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderError } from './folder-error.ts';

/** Of util-linux: a process with mounts of its own. */
const unshare = 'unshare';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-disk-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['ENOSPC', 'the disk of /p is full (ENOSPC).', 'df -i'],
  ['EDQUOT', 'the quota for /p is full', 'Make room'],
  ['EACCES', 'this user may not write in /p', 'ls -ld /p'],
  ['EROFS', 'a disk that can only be read', 'for writing'],
  ['ENOTDIR', 'a file is where a folder should be', 'Move that file'],
  ['EIO', 'such words.', 'choose another'],
])('%s', (code, message, remedy) => {
  const error = folderError('It cannot be', '/p', Object.assign(new Error('such words'), { code }));
  expect(error).toMatchObject({ code: 'profile_unusable', exitStatus: 1 });
  expect(error.message).toMatch(/^It cannot be: .*\.$/);
  expect(error.message).toContain(message);
  expect(error.remedy).toContain(remedy);
});

/** Runs a script where `folder` is a disk of its own; undefined where that is not allowed. */
function onDisk(options: string, before: string, script: string): string | undefined {
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const code = `
    const { ensureProfile } = await import(${module('./profiles.ts')});
    const { connectionPaths, writeConnectionFiles } = await import(${module('./connection-files.ts')});
    const { claimProfile } = await import(${module('./profile-claim.ts')});
    const { writeFileSync } = await import('node:fs');
    const dir = ${JSON.stringify(join(folder, 'profile_x'))};
    try { ${script} } catch (error) { console.log(error.code, error.message, error.remedy); }`;
  const shell = `mount -t tmpfs -o ${options} tmpfs "$0" && echo mounted && ${before} "$1" --input-type=module --eval "$2"`;
  const args = ['--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user']), 'sh', '-c', shell];
  const { stdout } = spawnSync(unshare, [...args, folder, process.execPath, code], { encoding: 'utf8' });
  return stdout?.startsWith('mounted\n') ? stdout.slice(8) : undefined;
}
const isAllowed = process.platform === 'linux' && spawnSync(unshare, ['--mount', 'true']).status === 0;

test.skipIf(!isAllowed)('a full disk is told with folder and remedy: no room for folders, and none for files', () => {
  const noFolders = onDisk('nr_inodes=4', '', 'ensureProfile(dir)');
  expect(noFolders).toMatch(
    /^profile_unusable The profile folder .*profile_x cannot be used: the disk of .*profile_x is/,
  );
  const fill = "ensureProfile(dir); try { writeFileSync(dir + '/big', Buffer.alloc(1 << 20)) } catch {}";
  expect(onDisk('size=64k', '', `${fill}; claimProfile(dir, '')`)).toMatch(
    /^profile_unusable The pid file .* cannot be written: the disk of .*\/pid is full .*Make room there/,
  );
  const write = "writeConnectionFiles(connectionPaths(dir, ''), {}, {})";
  expect(onDisk('size=64k', '', `${fill}; ${write}`)).toMatch(
    /^profile_unusable The connection files cannot be written: the disk of .*\/security is full/,
  );
});

test.skipIf(!isAllowed)('a folder that may not be written is told', () => {
  expect(onDisk('size=64k', 'mount -o remount,ro "$0" &&', 'ensureProfile(dir)')).toMatch(/can only be read \(EROFS\)/);
});
