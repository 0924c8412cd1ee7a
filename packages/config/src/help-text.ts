// Text in columns for a terminal: paragraphs, and pairs of a name and what it is.

/** Widths that text is set for; a terminal outside of them gets the nearest. */
const narrowest = 72;
const widest = 120;

const indent = 4;

export const fitWidth = (columns: number): number => Math.min(widest, Math.max(narrowest, columns));

/** Lines of at most `columns` characters, broken at spaces; a longer word has a line of its own. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

export type Pair = readonly [left: string, text: string];

/** Pairs in two columns under a heading, and an empty line; nothing for no pairs. A long left side has a line of its own. */
export function section(heading: string, pairs: readonly Pair[], width: number, column?: number): string[] {
  if (pairs.length === 0) return [];
  return [`${heading}:`, ...pairs.flatMap((pair) => setPair(pair, column ?? columnFor(pairs, width), width)), ''];
}

/** Where the right column of these pairs begins; by `share` of the width at the latest. */
export const columnFor = (pairs: readonly Pair[], width: number, share = 0.36): number =>
  Math.min(indent + longestOf(pairs) + 2, Math.round(width * share));

const longestOf = (pairs: readonly Pair[]): number => Math.max(0, ...pairs.map(([left]) => left.length));

function setPair([left, text]: Pair, column: number, width: number): string[] {
  const pad = ' '.repeat(column);
  const [first = '', ...more] = text === '' ? [] : wrap(text, width - column);
  const head = `${' '.repeat(indent)}${left}`;
  const opening =
    head.length + 2 > column ? [head, ...(first === '' ? [] : [pad + first])] : [head.padEnd(column) + first];
  return [...opening, ...more.map((line) => pad + line)];
}

/** Whole command lines, each above what it does where both do not fit on a line. */
export function examplesSection(examples: readonly Pair[], width: number): string[] {
  if (examples.length === 0) return [];
  const fits = examples.every(([, text]) => indent + longestOf(examples) + 2 + text.length <= width);
  if (fits) return section('Examples', examples, width, columnFor(examples, width, 1));
  const lines = examples.flatMap(([command, text]) => [
    ...wrap(text, width - indent - 2).map((line) => `${' '.repeat(indent)}# ${line}`),
    `${' '.repeat(indent)}${command}`,
  ]);
  return ['Examples:', ...lines, ''];
}
