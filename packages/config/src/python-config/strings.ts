// Python's string literals: every quote and prefix, escapes as Python reads them.

export interface StringToken {
  readonly kind: 'string';
  readonly value: string;
  /** Why the value is not the text of a plain string; undefined for one that is. */
  readonly refused?: string;
}

export type ReadString =
  | { readonly token: StringToken; readonly end: number }
  | { readonly unclosed: true; readonly end: number };

const opening = /([A-Za-z]{0,2})("""|'''|"|')/y;
const prefixes: ReadonlySet<string> = new Set(['', 'r', 'u', 'b', 'br', 'rb', 'f', 'fr', 'rf', 't', 'tr', 'rt']);

/** The string literal that begins at `start`, or undefined where none does. */
export function readString(text: string, start: number): ReadString | undefined {
  opening.lastIndex = start;
  const match = opening.exec(text);
  const prefix = match?.[1]?.toLowerCase();
  if (match === null || prefix === undefined || !prefixes.has(prefix)) return undefined;
  const quote = match[2] as string;
  const body = start + match[0].length;
  const close = findClose(text, body, quote);
  if (!text.startsWith(quote, close)) return { unclosed: true, end: close };
  const source = text.slice(body, close).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const end = close + quote.length;
  const refused = prefix.includes('f') || prefix.includes('t') ? 'it is a formatted string' : undefined;
  if (refused !== undefined) return { token: { kind: 'string', value: '', refused }, end };
  if (prefix.includes('b')) return { token: bytes(source, prefix.includes('r')), end };
  return { token: prefix.includes('r') ? { kind: 'string', value: source } : resolveEscapes(source), end };
}

/** Where the closing quote stands; for a string that is not closed, the end of its line or of the text. */
function findClose(text: string, from: number, quote: string): number {
  let at = from;
  while (at < text.length && !text.startsWith(quote, at)) {
    if (quote.length === 1 && (text[at] === '\n' || text[at] === '\r')) return at;
    if (text[at] === '\\') at += text.startsWith('\r\n', at + 1) ? 2 : 1;
    at++;
  }
  return Math.min(at, text.length);
}

/** Bytes that are ASCII, such as keys, are the text that they spell. `\\u` is no escape there. */
function bytes(source: string, isRaw: boolean): StringToken {
  const read: StringToken = isRaw
    ? { kind: 'string', value: source }
    : resolveEscapes(source.replace(/\\[\s\S]/g, (pair) => (/[uUN]/.test(pair) ? `\\${pair}` : pair)));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII has them.
  return /^[\x00-\x7f]*$/.test(read.value)
    ? read
    : { kind: 'string', value: '', refused: 'it is bytes that are no text' };
}

const single: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escaped = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([xuUN])|([\s\S]))/g;

function resolveEscapes(source: string): StringToken {
  let refused: string | undefined;
  const value = source.replace(escaped, (whole, octal, x, u, long, unfinished, other) => {
    if (unfinished !== undefined) refused = `\\${unfinished} in a string is not understood`;
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const hex: string | undefined = x ?? u ?? long;
    if (hex === undefined) return other !== undefined && Object.hasOwn(single, other) ? single[other]! : whole;
    const code = Number.parseInt(hex, 16);
    if (code <= 0x10ffff) return String.fromCodePoint(code);
    refused = `\\U${hex} is no character`;
    return '';
  });
  return { kind: 'string', value, ...(refused !== undefined && { refused }) };
}
