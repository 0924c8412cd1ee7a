// Text to value, one function a type. A refusal is text that says what is allowed.
import type { Json, JsonObject } from '@muster/protocol';
import { pythonAsJson } from './python-literal.ts';
import type { Setting } from './settings.ts';
import { suggest } from './suggest.ts';

export type Parsed = { readonly value: unknown } | { readonly refused: string };

const refuse = (refused: string): Parsed => ({ refused });

/** At most so many ports in one list. */
const maxPorts = 65_535;

/** Parses the text of an option or of an environment variable. */
export function parseValue(setting: Setting, text: string): Parsed {
  switch (setting.type) {
    case 'text':
      return text.includes('\0') ? refuse('text without NUL') : { value: text };
    case 'integer':
    case 'number':
      return parseNumber(setting, text.trim());
    case 'boolean':
      return parseBoolean(text.trim());
    case 'choice':
      return parseChoice(setting, text.trim());
    case 'ports':
      return parsePorts(text);
    case 'words':
    case 'list':
      return parseWords(text);
    case 'map':
      return parseMap(setting, text);
  }
}

/** What a setting allows, for people: `an integer from 0`, `one of: lru, pure`. */
export function allowed(setting: Setting): string {
  switch (setting.type) {
    case 'integer':
    case 'number': {
      const what = setting.type === 'integer' ? 'an integer' : 'a number';
      const from = setting.min === undefined ? '' : ` from ${setting.min}`;
      const to = setting.max === undefined ? '' : ` to ${setting.max}`;
      return `${what}${from}${to}${setting.unit === undefined ? '' : ` (${setting.unit})`}`;
    }
    case 'choice':
      return `one of: ${setting.choices.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'ports':
      return 'ports and ranges from 1 to 65535, such as 10101-10105,10108';
    case 'words':
      return 'words, quoted as in a shell, or a JSON list of texts';
    case 'list':
      return 'texts: one each time it is given, words as in a shell, or a JSON list';
    case 'map':
      return 'an object or a list, in JSON or as in Python';
    case 'text':
      return 'text';
  }
}

function parseNumber(setting: Setting & { type: 'integer' | 'number' }, text: string): Parsed {
  const form = setting.type === 'integer' ? /^[+-]?\d{1,15}$/ : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
  const value = Number(text);
  if (!form.test(text) || !Number.isFinite(value)) return refuse(allowed(setting));
  if (value < (setting.min ?? -Infinity) || value > (setting.max ?? Infinity)) return refuse(allowed(setting));
  return { value };
}

function parseBoolean(text: string): Parsed {
  if (/^(true|1|yes|on)$/i.test(text)) return { value: true };
  if (/^(false|0|no|off)$/i.test(text)) return { value: false };
  return refuse('true or false');
}

/** Also takes a fully qualified name by its last part: `ipyparallel.controller.dictdb.DictDB`. */
function parseChoice(setting: Setting & { type: 'choice' }, text: string): Parsed {
  const all = new Map([
    ...setting.choices.map((choice) => [choice.toLowerCase(), choice] as const),
    ...Object.entries(setting.spellings ?? {}).map(([spelling, choice]) => [spelling.toLowerCase(), choice] as const),
  ]);
  const wanted = text.toLowerCase();
  const value = all.get(wanted) ?? all.get(wanted.slice(wanted.search(/[^.:]*$/)));
  if (value !== undefined) return { value };
  const near = suggest(wanted, [...all.keys()]);
  const hint = near === undefined ? '' : `; did you mean ${all.get(near)}?`;
  return refuse(`${allowed(setting)}${hint}`);
}

function parsePorts(text: string): Parsed {
  const bad = refuse('ports and ranges from 1 to 65535, such as 10101-10105,10108');
  const ports = new Set<number>();
  for (const part of text.replace(/^\s*\[(.*)\]\s*$/s, '$1').split(',')) {
    const match = /^\s*["']?\s*(\d{1,5})(?:\s*-\s*(\d{1,5}))?\s*["']?\s*$/.exec(part);
    if (match === null) {
      if (part.trim() === '') continue;
      return bad;
    }
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first < 1 || last > maxPorts || last < first) return bad;
    for (let port = first; port <= last; port++) ports.add(port);
  }
  return { value: [...ports] };
}

function parseWords(text: string): Parsed {
  if (text.trimStart().startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list) && list.every((word) => typeof word === 'string')) return { value: list };
    } catch {}
    return refuse('words, or a JSON list of texts');
  }
  return splitWords(text);
}

function parseMap(setting: Setting & { type: 'map' }, text: string): Parsed {
  const value = parseJson(text) ?? parseJson(pythonAsJson(text));
  return value === undefined ? refuse(allowed(setting)) : checkMap(setting, value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value of a `map` that is plain data already. */
export function checkMap(setting: Setting & { type: 'map' }, value: unknown): Parsed {
  if (typeof value !== 'object' || value === null) return refuse(allowed(setting));
  const wrong = setting.check?.(value as JsonObject | Json[]);
  return wrong === undefined ? { value } : refuse(`a value that fits: it ${wrong}`);
}

/** Splits like a shell: spaces part words; '…' is literal; in "…" a backslash escapes " and itself. */
function splitWords(text: string): Parsed {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quote === '' && /\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === '' && (c === '"' || c === "'")) {
      quote = c;
      word ??= '';
    } else if (c === quote) {
      quote = '';
    } else if (
      c === '\\' &&
      quote !== "'" &&
      i + 1 < text.length &&
      (quote === '' || /["\\]/.test(text[i + 1] ?? ''))
    ) {
      word = (word ?? '') + text[++i];
    } else {
      word = (word ?? '') + c;
    }
  }
  if (quote !== '') return refuse(`words; a ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return { value: words };
}
