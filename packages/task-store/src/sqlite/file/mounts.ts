// Which file system a folder is on (Linux).
import { readFileSync } from 'node:fs';

export interface Mount {
  readonly point: string;
  /** As `ext4`, `nfs4`, `fuse.sshfs`. */
  readonly type: string;
  readonly options: ReadonlySet<string>;
}

/** The mounts of /proc/self/mountinfo. */
export function parseMounts(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before, after] = line.split(' - ');
    const [, , , , point, options] = before!.split(' ');
    const [type, , superOptions] = (after ?? '').split(' ');
    if (point === undefined || options === undefined || type === undefined || type === '') return [];
    return [{ point: unescaped(point), type, options: new Set([options, superOptions ?? ''].join().split(',')) }];
  });
}

/** Blanks are `\040` there. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The mount that a path is on; of several on the same point the last one hides the others. `path` has no links in it. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  const over = mounts.filter(({ point }) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`));
  return over.reduce<Mount | undefined>(
    (best, mount) => (best !== undefined && best.point.length > mount.point.length ? best : mount),
    undefined,
  );
}

/** Empty where there is no such list. */
export function readMounts(): Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}
