import { test } from 'vitest';
import { startedPrograms } from './desk.ts';
import type { Row } from './rows.ts';
import { titleOf } from './rows.ts';

/** A test of those rows; its name says which. When it fails, it shows what the programs of its desks said. */
export function meets(rows: Row | readonly [Row, ...Row[]], work: () => Promise<void>): void {
  const all = typeof rows === 'object' ? rows : [rows];
  test(all.map(titleOf).join('; '), async () => {
    startedPrograms.length = 0;
    try {
      await work();
    } catch (error) {
      for (const { line, program } of startedPrograms) console.error(`---- ${line}\n${program.output}`);
      throw error;
    }
  });
}
