// Is all of a database there, and does one page fit to the other?
import type { DatabaseSync } from 'node:sqlite';

/** A check has found damage that reading has not met yet. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
}

const mebibyte = 2 ** 20;
/** Files up to this size are checked at every start, which takes a twentieth of a second. */
const alwaysBytes = 64 * mebibyte;
/** Up to this size after a start that had no end: about a second. Damage in larger ones shows when it is met. */
const afterCrashBytes = 1024 * mebibyte;

/** What constraints of tables say, which other programs may have in the file: no damage. */
const constraint = /^(?:NULL value in|CHECK constraint failed|non-|TEXT value in|NUMERIC value in)/;

/** Throws DamageError, or what node:sqlite throws. */
export function checkPages(db: DatabaseSync, sizeBytes: number, isAfterCrash: boolean): void {
  if (sizeBytes > (isAfterCrash ? afterCrashBytes : alwaysBytes)) return;
  const found = db
    .prepare('PRAGMA quick_check(10)')
    .all()
    .map((row) => String(row.quick_check));
  const damage = found.filter((line) => line !== 'ok' && !constraint.test(line));
  if (damage.length > 0) throw new DamageError(`its pages do not fit together: ${damage[0]!.split('\n').at(-1)}`);
}
