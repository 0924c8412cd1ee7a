import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkContent, checkQuery, checkRequestMetadata, checkWritten, isKnown, type QueryRequest } from './check.ts';
import { messageTables, type TableName } from './tables.ts';

const rows = Object.entries(messageTables).flatMap(([table, types]) =>
  Object.entries(types).map(([type, row]) => ({ table: table as TableName, type, row })),
);

test.each(rows)(
  '$table $type: where it comes from, where it goes, and an answer that is in the tables',
  ({ table, row }) => {
    expect(row.source).toMatch(/^§\d/);
    expect(row.from.length * row.to.length).toBeGreaterThan(0);
    const answer = 'reply' in row ? row.reply : undefined;
    if (answer !== undefined) expect(isKnown(table.replace('request', 'reply') as TableName, answer)).toBe(true);
  },
);

test.each(rows)(
  '$table $type: any JSON is checked without an exception, and refused with words',
  ({ table, type, row }) => {
    const nearly = fc.dictionary(
      fc.constantFrom('status', ...Object.keys(row.read.shape ?? {}), '__proto__', 'x'),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('ok', 'error', null, 0)),
    );
    const check = (content: unknown): void => {
      const checked = checkContent(table, type as never, content);
      if (!checked.ok) expect(checked.reason).toMatch(/\S/);
      expect(checkWritten(table, type as never, content)).toHaveProperty('ok');
    };
    fc.assert(fc.property(fc.oneof(fc.jsonValue(), nearly), check), { numRuns: 60 });
  },
);

test('a request is typed by its type', () => {
  const ids = (request: QueryRequest): readonly string[] =>
    request.type === 'result_request' ? request.content.msg_ids : [];
  const checked = checkQuery('result_request', { msg_ids: ['a', 'b'], status_only: true, later: 1 });
  expect(checked.ok && ids(checked.request)).toEqual(['a', 'b']);
  expect(checked).toMatchObject({ request: { content: { later: 1 } } });
});

test.each([
  ['nonsense_request', {}, 'unknown_message_type', 'KeyError', `"Bad Message Type: 'nonsense_request'"`],
  ['toString', {}, 'unknown_message_type', 'KeyError', `"Bad Message Type: 'toString'"`],
  ['queue_request', { targets: [{}] }, 'bad_content', 'ValueError', /^queue_request: targets: expected an engine id/],
  ['result_request', {}, 'bad_content', 'ValueError', /^result_request: msg_ids: expected a list/],
  ['registration_request', { uuid: '' }, 'bad_content', 'ValueError', /^registration_request: uuid: /],
  ['registration_request', { uuid: 'x'.repeat(256) }, 'bad_content', 'ValueError', /uuid/],
  ['purge_request', { msg_ids: 'some' }, 'bad_content', 'ValueError', /expected 'all', a list of msg ids, or null/],
])('%s %j is refused', (type, content, code, ename, evalue) => {
  expect(checkQuery(type, content)).toMatchObject({
    ok: false,
    refusal: { code, ename, evalue: typeof evalue === 'string' ? evalue : expect.stringMatching(evalue) },
  });
});

test('reasons are short, however much is wrong', () => {
  const checked = checkContent('query.request', 'result_request', { msg_ids: new Array(10_000).fill(1) });
  expect(checked.ok ? '' : checked.reason).toMatch(/^msg_ids\.0: .*; msg_ids\.1: .*; msg_ids\.2: [^;]*$/);
});

test('a reply that we write has no member too many', () => {
  const good = { status: 'ok', id: 0, hb_period: 3000 };
  expect(checkWritten('query.reply', 'registration_reply', good)).toMatchObject({ ok: true });
  expect(checkWritten('query.reply', 'registration_reply', { ...good, more: 1 })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('more'),
  });
  expect(checkWritten('execution.reply', 'execute_reply', { status: 'aborted', execution_count: 1 }).ok).toBe(true);
});

const none = { dependencies: [], all: true, success: true, failure: false };
test.each([
  [{}, { after: none, follow: none, timeout: null, targets: [], retries: 0, label: null }],
  [
    { after: null, follow: null, timeout: null, targets: null, retries: null, label: null },
    { after: none, follow: none, timeout: null, targets: [], retries: 0, label: null },
  ],
  [
    { after: ['a'], timeout: 0 },
    { after: { ...none, dependencies: ['a'] }, timeout: null },
  ],
  [{ after: { dependencies: ['a'], all: false } }, { after: { ...none, dependencies: ['a'], all: false } }],
  [
    { follow: { dependencies: null, all: null, success: false, failure: true } },
    { follow: { ...none, success: false, failure: true } },
  ],
  [
    { timeout: 0.25, retries: 3, label: 'x' },
    { timeout: 0.25, retries: 3, label: 'x' },
  ],
])('metadata of a task: %j', (metadata, value) => {
  expect(checkRequestMetadata('task', metadata)).toMatchObject({ ok: true, value });
});

test.each([
  [{ after: 'a' }, /after: expected a list of msg ids or a dependency/],
  [{ after: [1] }, /after/],
  [{ follow: { success: false, failure: false } }, /follow: success and failure are both false/],
  [{ targets: [0] }, /targets\.0/],
  [{ retries: -1 }, /retries/],
  [{ retries: 1.5 }, /retries/],
  [{ timeout: '5' }, /timeout/],
])('metadata of a task that cannot be: %j', (metadata, reason) => {
  expect(checkRequestMetadata('task', metadata)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

test('metadata of a broadcast', () => {
  const targets = [['u', 0]];
  const value = { targets, is_broadcast: true, is_coalescing: false, original_msg_id: null, label: null };
  expect(checkRequestMetadata('broadcast', { targets, is_coalescing: null })).toMatchObject({ ok: true, value });
  expect(checkRequestMetadata('broadcast', { targets: ['u'] })).toMatchObject({ ok: false });
});
