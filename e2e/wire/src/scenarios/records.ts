// What the hub remembers: results, history, queries, purge, resubmit (§4.7, §5).
import type { Json, JsonObject } from '@muster/protocol';
import { contentOf, idOf } from '../harness/heard.ts';
import type { Written } from '../harness/wire.ts';
import type { Group, Scenario, Tale } from '../tale.ts';
import { failed, submit } from './balanced.ts';
import { apply, atOneOf, bytes, code, fate, quick, scenario } from './words.ts';

const asks = (tale: Tale, name: string, msgType: string, content: Json) =>
  tale.ask(name, 'registration', msgType, { content });

/** A direct request with a fixed id that is answered; the hub has noted it. */
async function done(tale: Tale, msgId: string, label: string | null, sizes: readonly number[]): Promise<Written> {
  const words = { buffers: bytes(...sizes), metadata: { label }, header: { msg_id: msgId } };
  const request = tale.client.request('mux', 'apply_request', words, 'one');
  const arrived = await tale.engine('one').next();
  if (arrived !== undefined)
    tale
      .engine('one')
      .reply(arrived, { buffers: bytes(sizes[0] ?? 0), header: { date: '2031-01-02T00:00:00.000005Z' } });
  await tale.client.reply('mux', request);
  await tale.completed(msgId);
  return request;
}

/** Three that are done, one that failed as a task, one that is pending. */
const prepare = scenario('five requests', async (tale) => {
  await done(tale, 'a', 'red', [5]);
  await done(tale, 'b', 'blue', [6, 0]);
  await done(tale, 'c', null, []);
  const task = submit(tale, { targets: ['one'], label: 'red' }, { ...apply, header: { msg_id: 'd' } });
  const arrived = await tale.arrives('task', tale.engine('one').shell);
  tale.engine('one').reply(arrived, failed('one'));
  await tale.answered('failed', 'task', task);
  await tale.completed('d');
  tale.client.request('mux', 'execute_request', { content: code, header: { msg_id: 'e' } }, 'one');
  await tale.arrives('pending', tale.engine('one').shell);
});

const results: [string, Json][] = [
  ['all', { msg_ids: ['c', 'b', 'a'] }],
  ['a failed one', { msg_ids: ['d'] }],
  ['completed and pending', { msg_ids: ['a', 'e'] }],
  ['twice the same', { msg_ids: ['a', 'a'] }],
  ['status only', { msg_ids: ['d', 'e', 'a'], status_only: true }],
  ['an unknown one', { msg_ids: ['no such id'] }],
  ['an unknown one, status only', { msg_ids: ['a', 'no such id'], status_only: true }],
  ['none', { msg_ids: [] }],
  ['one as text', { msg_ids: 'a' }],
  ['no msg_ids', {}],
  ['null', { msg_ids: null }],
  ['numbers', { msg_ids: [5] }],
  ['an object', { msg_ids: { a: 1 } }],
];

const queries: [string, Json][] = [
  ['equal', { query: { msg_id: 'a' }, keys: null }],
  ['everything of all', { query: {}, keys: null }],
  ['some keys', { query: { msg_id: 'a' }, keys: ['label', 'submitted', 'engine_uuid'] }],
  ['buffers', { query: { label: 'red' }, keys: ['buffers', 'result_buffers'] }],
  ['only result_buffers', { query: { queue: 'mux' }, keys: ['result_buffers'] }],
  ['keys: []', { query: { msg_id: 'a' }, keys: [] }],
  ['keys: msg_id', { query: { msg_id: 'a' }, keys: ['msg_id'] }],
  ['keys: an unknown one', { query: { msg_id: 'a' }, keys: ['nokey'] }],
  ['keys: an unknown one, no record', { query: { msg_id: 'x' }, keys: ['nokey'] }],
  ['keys: text', { query: { msg_id: 'a' }, keys: 'label' }],
  ['keys: a number', { query: { msg_id: 'a' }, keys: 5 }],
  ['no keys', { query: { msg_id: 'a' } }],
  ['no query', {}],
  ['a query that is a list', { query: [], keys: ['msg_id'] }],
  ['a query that is null', { query: null, keys: ['msg_id'] }],
  ...(
    [
      ['$eq', { label: { $eq: 'red' } }],
      ['$ne', { label: { $ne: 'red' } }],
      ['$ne null', { label: { $ne: null } }],
      ['null', { label: null }],
      ['$lt', { submitted: { $lt: '2031-01-01T00:00:00.000003Z' } }],
      ['$lte', { submitted: { $lte: '2031-01-01T00:00:00.000003Z' } }],
      ['$gt', { submitted: { $gt: '2031-01-01T00:00:00.000003Z' } }],
      ['$gte', { submitted: { $gte: '2031-01-01T00:00:00.000003Z' } }],
      ['an exact date', { submitted: '2031-01-01T00:00:00.000001Z' }],
      ['$lt of text', { msg_id: { $lt: 'b' } }],
      ['$lt of null', { label: { $lt: 'c' } }],
      ['$in', { msg_id: { $in: ['a', 'd', 'x'] } }],
      ['$nin', { msg_id: { $nin: ['a', 'd', 'x'] } }],
      ['$in with null', { label: { $in: ['red', null] } }],
      ['$in of text', { msg_id: { $in: 'ab' } }],
      ['$all', { label: { $all: ['red'] } }],
      ['$mod', { label: { $mod: [2, 0] } }],
      ['$exists', { label: { $exists: true } }],
      ['$exists false', { completed: { $exists: false } }],
      ['$glob', { msg_id: { $glob: '[a-c]' } }],
      ['$glob *', { label: { $glob: '*e*' } }],
      ['$glob !', { msg_id: { $glob: '[!a]' } }],
      ['$glob of a number', { label: { $glob: 5 } }],
      ['two operators', { msg_id: { $gte: 'b', $lt: 'd' } }],
      ['two fields', { label: 'red', queue: 'mux' }],
      ['an unknown operator', { msg_id: { $bogus: 1 } }],
      ['an unknown field', { nofield: 'x' }],
      ['an unknown field that is null', { nofield: null }],
      ['a nested value', { header: { msg_id: 'a' } }],
      ['dates of another type', { submitted: { $lt: 5 } }],
    ] as [string, JsonObject][]
  ).map(([what, query]): [string, Json] => [what, { query, keys: ['msg_id'] }]),
];

const purges: [string, Json][] = [
  ['an unknown id', { msg_ids: ['x'] }],
  ['a pending one', { msg_ids: ['a', 'e'] }],
  ['nothing', {}],
  ['empty lists', { msg_ids: [], engine_ids: [] }],
  ['an unknown engine', { engine_ids: [99] }],
  ['an engine by its uuid', { engine_ids: ['nobody'] }],
  ['msg_ids: text', { msg_ids: 'a' }],
  ['msg_ids: a number', { msg_ids: 5 }],
  ['engine_ids: a number', { engine_ids: 5 }],
  ['one id', { msg_ids: ['a'] }],
];

/** The ids that are left, in no order. */
async function left(tale: Tale): Promise<void> {
  const content = { query: { msg_id: { $ne: '' } }, keys: ['msg_id'] };
  const reply = await tale.client.ask('registration', 'db_request', { content });
  const ids = ((contentOf(reply).records ?? []) as JsonObject[]).map(({ msg_id }) => String(msg_id));
  tale.noteValue('left', ids.map((id) => (id.length > 1 ? 'resubmitted' : id)).sort());
}

/** Ids that a resubmit made up are the keys of the new requests. */
const newIds = (content: JsonObject): string[] =>
  Object.values((content.resubmitted ?? {}) as JsonObject).filter((id) => typeof id === 'string');

const questions = (msgType: string, list: readonly [string, Json][]): Scenario[] =>
  list.map(([what, content]) =>
    scenario(`${msgType.replace('_request', '')}: ${what}`, async (tale) => {
      await asks(tale, 'reply', msgType, content);
      if (msgType === 'purge_request') await left(tale);
    }),
  );

/** The same for every store. */
const recordScenarios: readonly Scenario[] = [
  prepare,
  scenario('history', async (tale) => void (await asks(tale, 'reply', 'history_request', {}))),
  scenario('queue', async (tale) => {
    await asks(tale, 'reply', 'queue_request', { targets: null, verbose: true });
    await asks(tale, 'counts', 'queue_request', { targets: null, verbose: false });
    await asks(tale, 'load', 'load_request', { targets: null });
  }),
  ...questions('result_request', results),
  ...questions('db_request', queries),
  scenario('resubmit: unknown', async (tale) => {
    await asks(tale, 'one', 'resubmit_request', { msg_ids: ['x'] });
    await asks(tale, 'two of three', 'resubmit_request', { msg_ids: ['x', 'a', 'y'] });
    await asks(tale, 'none', 'resubmit_request', { msg_ids: [] });
    await asks(tale, 'text', 'resubmit_request', { msg_ids: 'x' });
    await asks(tale, 'no msg_ids', 'resubmit_request', {});
    await asks(tale, 'a number', 'resubmit_request', { msg_ids: 5 });
  }),
  scenario('resubmit: a direct request', async (tale) => {
    const reply = await asks(tale, 'reply', 'resubmit_request', { msg_ids: ['b'] });
    const [id = ''] = newIds(contentOf(reply));
    const { engine, heard: arrived } = await atOneOf(tale, ['one', 'fence']);
    tale.note('at an engine', arrived);
    tale.noteValue('it has the id', arrived !== undefined && idOf(arrived) === id);
    await asks(tale, 'pending', 'result_request', { msg_ids: [id] });
    await asks(tale, 'the old record', 'db_request', { query: { msg_id: 'b' }, keys: ['resubmitted', 'label'] });
    if (arrived !== undefined) engine.reply(arrived);
    await tale.completed(id);
    await asks(tale, 'result', 'result_request', { msg_ids: [id] });
    await asks(tale, 'record', 'db_request', { query: { msg_id: id }, keys: null });
    await asks(tale, 'history', 'history_request', {});
  }),
  ...questions('purge_request', purges),
  scenario('result: a purged one', async (tale) => {
    await asks(tale, 'whole', 'result_request', { msg_ids: ['a'] });
    await asks(tale, 'status only', 'result_request', { msg_ids: ['a'], status_only: true });
    await asks(tale, 'resubmit', 'resubmit_request', { msg_ids: ['a'] });
  }),
  scenario('purge: an engine', async (tale) => {
    await asks(tale, 'reply', 'purge_request', { engine_ids: [tale.engine('one').id] });
    await left(tale);
  }),
  scenario('purge: all', async (tale) => {
    await asks(tale, 'reply', 'purge_request', { msg_ids: 'all' });
    await left(tale);
    await asks(tale, 'history', 'history_request', {});
    await asks(tale, 'queue', 'queue_request', { targets: null, verbose: false });
  }),
  scenario('the pending one ends', async (tale) => {
    await asks(tale, 'pending', 'result_request', { msg_ids: ['e'], status_only: true });
    await fate(tale, submit(tale, { targets: ['one'] }), { at: ['one'] });
  }),
];

const group = (name: string, ...args: string[]): Group => ({
  name,
  args: [...quick, ...args],
  engines: ['one'],
  settles: ['registration'],
  scenarios: recordScenarios,
});
export const records = group('records');
export const sqlite = group('sqlite', '--sqlitedb');
