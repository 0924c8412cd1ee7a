// What is asked of the records.
import type { Collection } from 'mongodb';
import { createAnswerBudget } from '../answer-budget.ts';
import type { WireName } from '../fields.ts';
import { isWireName, wireNames } from '../fields.ts';
import type { TaskQuery } from '../port.ts';
import { compileQuery } from '../query.ts';
import { readField } from '../read-field.ts';
import type { StoredRecord } from '../stored-record.ts';
import { recordBytes } from '../stored-record.ts';
import { readMoment } from './document.ts';
import { compileFilter } from './filter.ts';
import type { Reader } from './reading.ts';
import { projectionOf } from './reading.ts';
import { isMsgId } from './writing.ts';

export interface Questions {
  /** Records by their ids. */
  find(msgIds: readonly string[]): Promise<Map<string, StoredRecord>>;
  /** Records that match, with the fields of these names, in order of `submitted`, stubs last. */
  matching(query: TaskQuery, names: readonly WireName[]): Promise<StoredRecord[]>;
  /** Ids of all records with `submitted`, in its order. */
  history(): Promise<string[]>;
}

/** Most ids that one command names. */
const idsAtOnce = 1000;

/** `answerLimitBytes`: most bytes of records in one answer. */
export const createQuestions = (records: Collection, reader: Reader, answerLimitBytes: number): Questions => ({
  async find(msgIds) {
    const budget = createAnswerBudget(answerLimitBytes);
    const found = new Map<string, StoredRecord>();
    for (const some of groupsOf(msgIds.filter(isMsgId)))
      for await (const document of records.find({ msg_id: { $in: some } })) {
        const record = await reader.record(document, wireNames);
        if (record === undefined) continue;
        budget(recordBytes(record));
        found.set(record.msgId, record);
      }
    return found;
  },
  async matching(query, names) {
    compileQuery(query);
    const { filter, rest } = compileFilter(query);
    const predicate = compileQuery(rest);
    const tested = Object.keys(rest).filter(isWireName);
    const wanted = [...new Set<WireName>([...names, 'submitted'])];
    const budget = createAnswerBudget(answerLimitBytes);
    const found: StoredRecord[] = [];
    for await (const document of records.find(filter, { projection: projectionOf([...wanted, ...tested]) })) {
      if (Object.keys(rest).length > 0) {
        const candidate = await reader.record(document, tested);
        if (candidate === undefined || !predicate(candidate, readField)) continue;
      }
      const record = await reader.record(document, wanted);
      if (record === undefined) continue;
      budget(recordBytes(record));
      found.push(record);
    }
    return found.sort((a, b) => order(a.submitted) - order(b.submitted));
  },
  // Two values a record: there may be a million of them.
  async history() {
    const found: { readonly msgId: string; readonly us: number }[] = [];
    const projection = { _id: 0, msg_id: 1, submitted: 1, 'microseconds.submitted': 1 };
    for await (const document of records.find({ submitted: { $ne: null } }, { projection })) {
      const us = readMoment(document, 'submitted');
      if (us !== null && typeof document.msg_id === 'string') found.push({ msgId: document.msg_id, us });
    }
    return found.sort((a, b) => a.us - b.us).map(({ msgId }) => msgId);
  },
});

/** Stubs come last. */
const order = (submitted: number | null): number => submitted ?? Number.MAX_VALUE;

/** As many ids at a time as one command may name. */
export function* groupsOf(msgIds: readonly string[]): Generator<string[]> {
  for (let i = 0; i < msgIds.length; i += idsAtOnce) yield msgIds.slice(i, i + idsAtOnce);
}
