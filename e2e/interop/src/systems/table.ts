// What came of the modules, with Python's own controller and with ours, as a table.
import type { Outcome, Outcomes } from '../outcomes.ts';

/** As `4 passed, 1 skipped`; what is not there is left out. */
export function summarize(outcomes: Outcomes): string {
  const counts = new Map<Outcome, number>();
  for (const outcome of outcomes.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'not run';
}

/** Columns as wide as they must be, two spaces between them. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
