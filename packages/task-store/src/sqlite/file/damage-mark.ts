// Other controllers may have a damaged database open: by a file beside it they are asked to let go, so that it can be moved.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inodeOf } from './set-aside.ts';

export interface Damage {
  readonly why: string;
  readonly inode: number;
}

const markOf = (path: string): string => `${path}.damaged`;

export const markDamaged = (path: string, damage: Damage): void =>
  writeFileSync(markOf(path), JSON.stringify(damage), { mode: 0o600 });

export const unmarkDamaged = (path: string): void => rmSync(markOf(path), { force: true });

/** What somebody has found of the file that is at this path now; undefined when nobody has. */
export function damageOf(path: string): Damage | undefined {
  if (!existsSync(markOf(path))) return undefined;
  try {
    const { why, inode }: Partial<Damage> = JSON.parse(readFileSync(markOf(path), 'utf8'));
    if (typeof why === 'string' && inode === inodeOf(path)) return { why, inode: inode! };
  } catch {
    // Half written, or removed by who has moved the file.
  }
  return undefined;
}
