// A value for a setting, from text or from a config file; what cannot be is refused with what can.
import { type ErrorCode, MusterError } from '@muster/protocol';
import { allowed, checkMap, type Parsed, parseValue } from './parse-value.ts';
import type { Setting } from './settings.ts';

/** Values of config files may be so large, written as JSON. */
const largestValueChars = 1_000_000;

/** The value that a text means. Throws MusterError `bad_option`; `where` says who gave it. */
export function acceptText(setting: Setting, text: string, where: string, code: ErrorCode = 'bad_option'): unknown {
  const parsed = parseValue(setting, text);
  if ('value' in parsed) return parsed.value;
  throw refusal(setting, `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`, parsed.refused, where, code);
}

/** The value that data of a config file means. Throws MusterError `bad_config`. */
export function acceptData(setting: Setting, data: unknown, where: string): unknown {
  if (data === null && setting.default === null) return null;
  if (typeof data === 'string') return acceptText(setting, data, where, 'bad_config');
  const parsed = parseSafely(setting, data);
  if ('value' in parsed) return parsed.value;
  throw refusal(setting, kindOf(data), parsed.refused, where, 'bad_config');
}

function refusal(setting: Setting, shown: string, refused: string, where: string, code: ErrorCode): MusterError {
  const what = setting.type === 'choice' ? 'possible' : allowed(setting);
  return new MusterError(
    code,
    `${where}: ${shown} is not ${what}.`,
    `Give ${refused}${/[.?]$/.test(refused) ? '' : '.'}`,
  );
}

/** Data of code may do anything when it is looked at. */
function parseSafely(setting: Setting, data: unknown): Parsed {
  try {
    return parseData(setting, data);
  } catch {
    return { refused: allowed(setting) };
  }
}

function parseData(setting: Setting, data: unknown): Parsed {
  const refused: Parsed = { refused: allowed(setting) };
  switch (setting.type) {
    case 'map': {
      const plain = asPlain(data);
      return plain === undefined ? refused : checkMap(setting, plain);
    }
    case 'words':
    case 'list':
      return isListOfTexts(data) ? { value: data.map(String) } : refused;
    case 'boolean':
      return typeof data === 'boolean' ? { value: data } : parseNumberAsText(setting, data, refused);
    case 'ports':
    case 'text':
      // A text that names several, such as addresses, may be a list.
      if (isListOfTexts(data)) return parseValue(setting, data.join(','));
      return parseNumberAsText(setting, data, refused);
    default:
      return parseNumberAsText(setting, data, refused);
  }
}

const parseNumberAsText = (setting: Setting, data: unknown, refused: Parsed): Parsed =>
  typeof data === 'number' || typeof data === 'bigint' ? parseValue(setting, numberText(setting, data)) : refused;

/** Large integers without an exponent. */
const numberText = (setting: Setting, data: number | bigint): string =>
  setting.type === 'integer' && Number.isSafeInteger(data) ? BigInt(data).toString() : String(data);

const isListOfTexts = (data: unknown): data is (string | number)[] =>
  Array.isArray(data) && data.every((one) => typeof one === 'string' || typeof one === 'number');

/** A copy, when it is an object or a list of nothing but plain data. */
function asPlain(data: unknown): object | undefined {
  const isPlain = (value: unknown, depth: number): boolean => {
    if (depth > 20) return false;
    if (value === null || ['string', 'boolean'].includes(typeof value)) return true;
    if (typeof value === 'number') return Number.isFinite(value);
    if (Array.isArray(value)) return value.every((one) => isPlain(one, depth + 1));
    if (typeof value !== 'object') return false;
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) return false;
    return Object.values(value).every((one) => one === undefined || isPlain(one, depth + 1));
  };
  if (typeof data !== 'object' || data === null || !isPlain(data, 0)) return undefined;
  const text = JSON.stringify(data);
  return text.length > largestValueChars ? undefined : (JSON.parse(text) as object);
}

function kindOf(data: unknown): string {
  if (data === null || data === undefined) return 'no value';
  if (typeof data === 'object') return isList(data) ? 'this list' : 'this object';
  if (typeof data === 'function') return 'a function';
  return typeof data === 'symbol' ? 'a symbol' : String(data);
}

function isList(data: object): boolean {
  try {
    return Array.isArray(data);
  } catch {
    return false;
  }
}
