// Whether a folder is a place for a database: where only this machine can write, where others can too, or where files cannot
// be locked.
import { realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isLockFault, sqliteCodeOf } from '../sqlite-errors.ts';
import type { Mount } from './mounts.ts';
import { mountOf, readMounts } from './mounts.ts';
import { OpenError } from './open-error.ts';

/** `shared`: other machines may use the same file, so that no memory can be shared with them, as a WAL needs it. */
export type Placement = { readonly kind: 'local' } | { readonly kind: 'shared'; readonly type: string };

/** File systems of other machines, or of hosts of virtual ones. */
const sharedTypes = new Set(
  '9p afs beegfs ceph cifs fuse gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs prl_fs pvfs2 smb3 smbfs vboxsf virtiofs vmhgfs'.split(
    ' ',
  ),
);
/** FUSE can be anything; these are known to be of this machine. */
const localFuseTypes = new Set(['fuse.fuse-overlayfs', 'fuse.mergerfs', 'fuse.bindfs', 'fuse.gocryptfs', 'fuse.encfs']);
/** With these, locks are known to this machine alone. */
const locklessOptions = ['nolock', 'local_lock=all', 'local_lock=posix', 'nobrl', 'localflock'];

/** What the kind of file system says. Throws OpenError `NOLOCK`. */
export function judgeMount(mount: Mount | undefined): Placement {
  if (mount === undefined) return { kind: 'local' };
  const { type, options, point } = mount;
  const isShared = sharedTypes.has(type) || (type.startsWith('fuse.') && !localFuseTypes.has(type));
  if (!isShared) return { kind: 'local' };
  const lockless = locklessOptions.find((option) => options.has(option));
  if (lockless === undefined) return { kind: 'shared', type };
  const why = `${point} (${type}) is mounted with '${lockless}', so that locks do not reach other machines`;
  throw new OpenError('NOLOCK', `files cannot be locked there: ${why}`);
}

/** Judges a folder that is there. Throws OpenError `NOLOCK` where files cannot be locked. */
export function placementOf(folder: string): Placement {
  const real = realpathSync(folder);
  const mount = mountOf(readMounts(), real);
  const placement = judgeMount(mount);
  if (placement.kind === 'shared') mustLock(real, mount);
  return placement;
}

/** Throws OpenError `NOLOCK` when a file that nobody else has cannot be locked. */
export function mustLock(folder: string, mount: Mount | undefined = mountOf(readMounts(), realpathSync(folder))): void {
  const file = join(folder, `.muster-lock-test-${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    const db = new DatabaseSync(file, { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE; ROLLBACK');
    } finally {
      db.close();
    }
  } catch (error) {
    const isBusy = sqliteCodeOf(error) === 'BUSY';
    // Anything else will be told by the database itself.
    if (!isBusy && !isLockFault(error)) return;
    const where = mount === undefined ? '' : ` (${mount.point}, ${mount.type})`;
    const why = isBusy ? 'the file system refuses locks' : 'the file system has no locks';
    throw new OpenError('NOLOCK', `files cannot be locked there${where}: ${why}`);
  } finally {
    rmSync(file, { force: true });
  }
}
