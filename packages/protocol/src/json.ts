import { decodeText, encodeText } from './bytes.ts';
import { ProtocolError } from './errors.ts';

/** A JSON value as the wire has it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Packs one of the four dictionaries. Undefined members are left out; NaN and infinities become null, as JSON has none. */
export const packJson = (value: object): Uint8Array<ArrayBuffer> => encodeText(JSON.stringify(value));

/** Unpacks one of the four dictionaries. Throws ProtocolError `bad_json` when it is not a JSON object in UTF-8. */
export function unpackJson(bytes: Uint8Array, what: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch (cause) {
    throw new ProtocolError('bad_json', `${what} is not JSON: ${(cause as Error).message}`);
  }
  if (!isJsonObject(value)) throw new ProtocolError('bad_json', `${what} is not a JSON object`);
  return value;
}

/** True for plain JSON objects; false for null, arrays and scalars. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
