import { test } from 'vitest';
import type { Row } from './rows.ts';
import { titleOf } from './rows.ts';

/** A test of those rows; its name says which. */
export function meets(rows: Row | readonly [Row, ...Row[]], work: () => Promise<void>): void {
  const all = typeof rows === 'object' ? rows : [rows];
  test(all.map(titleOf).join('; '), work);
}
