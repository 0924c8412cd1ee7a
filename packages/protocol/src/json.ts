import { decodeText, encodeText } from './bytes.ts';
import { ProtocolError } from './errors.ts';

/** A JSON value as the wire has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A JSON object. */
export type JsonObject = { [key: string]: Json };

const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Packs one of the four dictionaries. Undefined members are left out; NaN and infinities become null, as JSON has none.
 * Throws ProtocolError `bad_json` for what cannot be packed: nested too deeply, or in a circle.
 */
export function packJson(value: object): Uint8Array<ArrayBuffer> {
  let text: string;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new ProtocolError('bad_json', `cannot be packed as JSON (${(cause as Error).name})`);
  }
  return encodeText(text);
}

/** Unpacks one of the four dictionaries. Throws ProtocolError `bad_json` when it is not a JSON object in UTF-8. */
export function unpackJson(bytes: Uint8Array, what: string): JsonObject {
  // As most parent headers and contents are.
  if (bytes.length === 2 && bytes[0] === openBrace && bytes[1] === closeBrace) return {};
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch (cause) {
    // Not the parser's words: they quote what was sent, and that belongs in no log.
    throw new ProtocolError('bad_json', `${what} is not ${cause instanceof SyntaxError ? 'JSON' : 'text in UTF-8'}`);
  }
  if (!isJsonObject(value)) throw new ProtocolError('bad_json', `${what} is not a JSON object`);
  return value;
}

/** True for plain JSON objects; false for null, arrays and scalars. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
