import { expect, test } from 'vitest';
import { parseHolders } from './holders.ts';
import { mountOf, parseMounts } from './mounts.ts';
import { judgeMount } from './placement.ts';

const mounts = parseMounts(`22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
40 22 0:33 / /home rw,nosuid shared:2 master:1 - nfs4 server:/home rw,vers=4.2,local_lock=none,addr=10.0.0.1
41 22 0:34 / /old rw,nosuid - nfs server:/old rw,vers=3,nolock,local_lock=all
42 40 0:35 / /home/my\\040lab rw - fuse.sshfs lab: rw,user_id=0
43 22 0:36 / /data rw - fuseblk /dev/sdb1 rw
44 22 0:37 / /data rw - xfs /dev/sdc1 rw
not a mount`);
const judged = (path: string) => judgeMount(mountOf(mounts, path));

test.each([
  ['/var/lib', { kind: 'local' }],
  ['/homes', { kind: 'local' }],
  ['/home/ada/.ipython', { kind: 'shared', type: 'nfs4' }],
  ['/home/my lab/profile', { kind: 'shared', type: 'fuse.sshfs' }],
  ['/data', { kind: 'local' }],
] as const)('%s is %o', (path, placement) => {
  expect(judged(path)).toEqual(placement);
});

test('a mount whose locks do not reach other machines is refused with the option that says so', () => {
  expect(() => judged('/old/profile')).toThrow(/cannot be locked there: \/old \(nfs\) is mounted with 'nolock'/);
});

test('of several mounts on one point the last one counts; where nothing is known, it is local', () => {
  expect(mountOf(mounts, '/data/x')?.type).toBe('xfs');
  expect(judgeMount(mountOf([], '/x'))).toEqual({ kind: 'local' });
});

test('holders are those with locks of SQLite on the file, each once', () => {
  const locks = `1: POSIX  ADVISORY  READ 12 fe:00:777 1073741826 1073742335
2: POSIX  ADVISORY  READ 12 fe:00:777 1073741824 1073741824
3: OFDLCK ADVISORY  WRITE -1 fe:00:777 0 EOF
3: POSIX  ADVISORY  WRITE 14 fe:00:777 1073741825 1073741825
3: -> POSIX  ADVISORY  WRITE 15 fe:00:777 1073741825 1073741825
4: FLOCK  ADVISORY  WRITE 16 fe:00:777 0 EOF
5: POSIX  ADVISORY  READ 17 fe:00:778 1073741826 1073742335`;
  expect(parseHolders(locks, 777)).toEqual([12, 14]);
});
