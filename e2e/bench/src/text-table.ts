// Rows of text as a table, of which the first are the titles. Pure.
export type Table = readonly (readonly string[])[];

export function plainText(table: Table): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function markdown(table: Table): string {
  const [head, ...rows] = table;
  const widths = head!.map((_, column) => Math.max(3, ...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => row[column]!.padEnd(width)).join(' | ')} |`;
  return [line(head!), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
