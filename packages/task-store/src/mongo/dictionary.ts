// Dictionaries of records ⇄ documents of MongoDB, so that everybody finds in the collection what §5.5 says. What a document
// cannot say, or would say otherwise, is kept as its JSON text.
import type { Json } from '@muster/protocol';
import { formatDate, isJsonObject } from '@muster/protocol';
import type { Document } from 'mongodb';

/** Name of the only key of what stands for a dictionary, text or list that is kept in another form or place. */
const textKey = 'muster_json';
export const partKey = 'muster_part';

/** MongoDB takes a hundred levels; records have some of their own. */
const depthLimit = 80;

/** The document for a dictionary in JSON. Text that is no JSON object counts as an empty one. */
export function toDocument(text: string): Document {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return {};
  }
  if (!isJsonObject(value)) return {};
  return isPlain(value, 0) ? value : { [textKey]: text };
}

const reserved = new Set<string>([textKey, partKey, '_bsontype', '__proto__', '']);
/** Names with a meaning in updates and queries, or none in BSON. */
const hasMeaning = (key: string): boolean => key.startsWith('$') || /[.\0]/.test(key) || reserved.has(key);

function isPlain(value: Json, depth: number): boolean {
  // A half of a surrogate pair has no form in UTF-8.
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (depth > depthLimit) return false;
  if (Array.isArray(value)) return value.every((member) => isPlain(member, depth + 1));
  return Object.entries(value).every(
    ([key, member]) => !hasMeaning(key) && key.isWellFormed() && isPlain(member, depth + 1),
  );
}

/** The dictionary of a document, as JSON. Others may have put in what JSON does not have. */
export function fromDocument(document: Document): string {
  const kept: unknown = document[textKey];
  return typeof kept === 'string' ? kept : JSON.stringify(toJson(document, 0));
}

function toJson(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (value instanceof Date) return formatDate(value.getTime() * 1000);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (depth > 2 * depthLimit || typeof value !== 'object') return null;
  if (Array.isArray(value)) return value.map((member) => toJson(member, depth + 1));
  if ('_bsontype' in value) return value._bsontype === 'Long' ? Number(value) : String(value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toJson(member, depth + 1)]));
}
