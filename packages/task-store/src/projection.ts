// A record as a reply carries it (§4.7 db_request, §12.6).
import type { Json, JsonObject } from '@muster/protocol';
import { formatDate, keyErrorValue } from '@muster/protocol';
import type { WireName } from './fields.ts';
import { fieldTable, isWireName, wireNames } from './fields.ts';
import type { JsonRecord } from './port.ts';
import { StoreError } from './port.ts';
import type { StoredRecord } from './stored-record.ts';
import { unpackDict } from './stored-record.ts';

/**
 * Compiles a list of keys to a projection. `msg_id` is always in it; null or no keys give everything but the buffers.
 * The projection throws StoreError KeyError at the first record when a key is unknown.
 */
export function createProjection(keys: readonly string[] | null): (record: StoredRecord) => JsonRecord {
  const all = keys === null || keys.length === 0;
  const wanted = all ? wireNames : [...new Set(['msg_id', ...keys])];
  const unknown = wanted.find((key) => !isWireName(key));
  const withBuffers = !all && wanted.includes('buffers');
  const withResultBuffers = !all && wanted.includes('result_buffers');
  const names = (wanted as WireName[]).filter((name) => name !== 'buffers' && name !== 'result_buffers');
  return (record) => {
    if (unknown !== undefined) throw new StoreError('KeyError', keyErrorValue(unknown));
    const fields: JsonObject = {};
    for (const name of names) {
      const value = jsonOf(record, name);
      // Python's records have this one only when there is some.
      if (all && name === 'display_data' && value === null) continue;
      fields[name] = value;
    }
    return {
      fields,
      buffers: withBuffers ? record.buffers : [],
      resultBuffers: withResultBuffers ? record.resultBuffers : [],
    };
  };
}

/** Fields that a store must read for that projection. */
export function namesWanted(keys: readonly string[] | null): readonly WireName[] {
  if (keys === null || keys.length === 0)
    return wireNames.filter((name) => name !== 'buffers' && name !== 'result_buffers');
  return [...new Set(['msg_id', ...keys])].filter(isWireName);
}

function jsonOf(record: StoredRecord, name: WireName): Json {
  const { member, kind } = fieldTable[name];
  const value = record[member];
  if (value === null) return null;
  if (kind === 'moment') return formatDate(value as number);
  return kind === 'dict' ? unpackDict(value as string) : (value as string);
}
