// Files that a bench writes.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export function writeJson(file: string, report: object): void {
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`);
}

const begin = '<!-- figures -->';
const end = '<!-- /figures -->';

/** The text with its figures replaced; undefined when it has no place for them. Pure. */
export function withFigures(text: string, figures: string): string | undefined {
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  return from < 0 || to < 0 ? undefined : `${text.slice(0, from + begin.length)}\n\n${figures}\n\n${text.slice(to)}`;
}

/** Into the place for figures of a file that has one; else the file becomes the figures. */
export function writeFigures(file: string, figures: string): void {
  const replaced = existsSync(file) ? withFigures(readFileSync(file, 'utf8'), figures) : undefined;
  writeFileSync(file, replaced ?? `${figures}\n`);
}
