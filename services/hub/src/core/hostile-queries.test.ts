// db_request with what no client of ours sends: an answer to each, and the hub goes on.
import { encodeText } from '@muster/protocol';
import { expect, test } from 'vitest';
import { request, withContentBytes } from '../testing/messages.ts';
import { createTestHub } from '../testing/test-hub.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

test.each([
  ['a query nested without end', `{"query":{"label":${nested(200_000)}}}`, 'db_reply', 'ValueError'],
  [
    'operators nested without end',
    `{"query":{"label":${'{"$eq":'.repeat(5000)}1${'}'.repeat(5000)}}}`,
    'db_reply',
    'ValueError',
  ],
  ['keys nested without end', `{"keys":[${nested(100_000)}]}`, 'hub_error', 'ValueError'],
  ['keys that are no texts', '{"keys":[1,null]}', 'hub_error', 'ValueError'],
  ['a query that is a list', '{"query":[]}', 'hub_error', 'ValueError'],
  ['a number that JSON has not', '{"query":{"label":NaN}}', 'hub_error', 'ValueError'],
  ['an unknown operator', '{"query":{"label":{"$where":"sleep(1e9)"}}}', 'db_reply', 'KeyError'],
  ['an unknown key', '{"query":{},"keys":["__proto__"]}', 'db_reply', 'KeyError'],
  ['a divisor that is none', '{"query":{"label":{"$mod":[1e999,0,0]}}}', 'db_reply', undefined],
  ['a number beyond all', '{"query":{"label":1e999,"stdout":123456789012345678901234567890}}', 'db_reply', undefined],
  ['a prototype', '{"query":{"__proto__":{"$ne":null}}}', 'db_reply', undefined],
])('%s', (_what, content, msgType, ename) => {
  const hub = createTestHub();
  hub.tell({ type: 'task.received', message: request('m1') });
  const answer = hub.query(withContentBytes(request('q', 'db_request'), encodeText(content)));
  expect(answer).toMatchObject({ msgType, content: ename === undefined ? { status: 'ok' } : { ename } });
  expect(hub.ask('history_request')?.content).toMatchObject({ history: ['m1'] });
});

test('a task whose header or content is nested without end is stored, shown and run again without that', () => {
  const hub = createTestHub();
  const deep = encodeText(`{"a":${nested(200_000)}}`);
  hub.tell({ type: 'task.received', message: withContentBytes(request('m1'), deep) });
  const { content } = hub.ask('db_request', { query: {} })!;
  expect(JSON.parse(JSON.stringify(content)).records).toMatchObject([{ msg_id: 'm1', content: {} }]);
  expect(hub.ask('resubmit_request', { msg_ids: ['m1'] })?.content).toMatchObject({ status: 'ok' });
});
