// Python source as statements of tokens: brackets and backslashes join lines, comments go, indentation is kept as a number.
import { readString, type StringToken } from './strings.ts';

export type Token =
  | StringToken
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'operator'; readonly value: string };

export interface Statement {
  readonly tokens: readonly Token[];
  readonly line: number;
  readonly lastLine: number;
  readonly indent: number;
  /** It stands behind another and a semicolon, on the same line. */
  readonly behind: boolean;
  /** The begin of its first line, as it stands there. */
  readonly source: string;
  /** Why it is no Python, where it is none. */
  readonly broken?: string;
}

const name = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const number = /(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)[jJ]?/y;
const operator = /\*\*=|\/\/=|>>=|<<=|\.\.\.|[-+*/%@&|^<>=!:]=|->|\*\*|\/\/|<<|>>|[-+*/%@&|^~<>()[\]{},:.;=]/y;
const blank = /[ \t\f]+|#[^\r\n]*|\\\r?\n/y;
const newline = /\r\n|\n|\r/y;
const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

const shownCharacters = 100;

/** All statements of a source text. Takes any text, in time that grows with its length. */
export function* readStatements(source: string): Generator<Statement> {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const lines = text.split(/\r\n|\n|\r/);
  let at = 0;
  let line = 1;
  let indent = 0;
  let behind = false;
  while (at < text.length) {
    const { tokens, start, end, broken } = readStatement(text, at);
    const first = line + countNewlines(text, at, start);
    const lastLine = first + countNewlines(text, start, end);
    if (!behind) indent = indentOf(lines[first - 1] ?? '');
    if (tokens.length > 0 || broken !== undefined) {
      const shown = (lines[first - 1] ?? '').slice(0, indent + shownCharacters).trim();
      yield { tokens, line: first, lastLine, indent, behind, source: shown, ...(broken !== undefined && { broken }) };
    }
    behind = text[end] === ';';
    const gap = behind ? ';' : (matchAt(newline, text, end) ?? '');
    line = lastLine + (behind || gap === '' ? 0 : 1);
    at = end + gap.length;
  }
}

interface Read {
  readonly tokens: readonly Token[];
  /** Where its first token is. */
  readonly start: number;
  /** The newline or semicolon behind it, or the end of the text. */
  readonly end: number;
  readonly broken?: string;
}

// One pass over the characters.
function readStatement(text: string, from: number): Read {
  const tokens: Token[] = [];
  const open: string[] = [];
  let at = from;
  let start = -1;
  const ended = (end: number, broken?: string): Read => ({
    ...{ tokens, start: start < 0 ? end : start, end },
    ...(broken !== undefined && { broken }),
  });
  while (at < text.length) {
    const skipped = matchAt(blank, text, at) ?? (open.length > 0 ? matchAt(newline, text, at) : undefined);
    if (skipped !== undefined) {
      at += skipped.length;
      continue;
    }
    const isEnd = text[at] === '\n' || text[at] === '\r' || (text[at] === ';' && open.length === 0);
    if (isEnd) return ended(at);
    if (start < 0) start = at;
    const next = readToken(text, at);
    if (typeof next === 'string') return ended(endOfLine(text, at), next);
    if ('unclosed' in next) return ended(next.end, 'a string is not closed');
    at = next.end;
    tokens.push(next.token);
    const wrong = next.token.kind === 'operator' ? followBracket(open, next.token.value) : undefined;
    if (wrong !== undefined) return ended(endOfLine(text, at), wrong);
  }
  return ended(text.length, open.length === 0 ? undefined : `a ${open.at(-1)} is not closed`);
}

type ReadToken = { readonly token: Token; readonly end: number } | { readonly unclosed: true; readonly end: number };

/** The token at a place, or what is wrong there. */
function readToken(text: string, at: number): ReadToken | string {
  const string = readString(text, at);
  if (string !== undefined) return string;
  for (const [kind, pattern] of [
    ['name', name],
    ['number', number],
    ['operator', operator],
  ] as const) {
    const value = matchAt(pattern, text, at);
    if (value !== undefined && value !== '') return { token: { kind, value }, end: at + value.length };
  }
  return `${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))} is not understood`;
}

function followBracket(open: string[], value: string): string | undefined {
  if (value === '(' || value === '[' || value === '{') open.push(value);
  const wanted = Object.hasOwn(closing, value) ? closing[value] : undefined;
  if (wanted !== undefined && open.pop() !== wanted) return `a ${value} closes nothing`;
  return undefined;
}

/** Columns before the first token of a line; a tab goes on to the next multiple of eight. */
function indentOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === '\t') columns += 8 - (columns % 8);
    else if (character === ' ') columns++;
    else if (character !== '\f') break;
  }
  return columns;
}

function endOfLine(text: string, at: number): number {
  const found = /[\r\n]/g;
  found.lastIndex = at;
  return found.exec(text)?.index ?? text.length;
}

function countNewlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (text[i] === '\n' || (text[i] === '\r' && text[i + 1] !== '\n')) count++;
  return count;
}
