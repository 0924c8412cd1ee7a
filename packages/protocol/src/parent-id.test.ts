import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeText } from './bytes.ts';
import { createHeaderSource } from './header.ts';
import { unpackJson } from './json.ts';
import { findParentId } from './parent-id.ts';

const find = (text: string): string | undefined => findParentId(encodeText(text));

test('headers as clients write them have it found', () => {
  const header = createHeaderSource('1234-5678').next('apply_request', 1_795_347_401_439_768);
  expect(find(JSON.stringify(header))).toBe('1234-5678_0');
  expect(find('{"msg_id": "a_1", "date": "2026"}')).toBe('a_1');
  expect(find('{"date" : "2026", "msg_id"  :  "a_1"}')).toBe('a_1');
});

test.each([
  '',
  '{}',
  '{"msg_id":7}',
  '{"msg_id":"a","msg_id":"b"}',
  '{"session":{"msg_id":"a"}}',
  '{"msg_id":"a","more":{}}',
  '{"msg_id":"\\u0061"}',
  '{"msg_id":"a\u0001"}',
  '{"msg_id":"ä"}',
  '{"session":"msg_id"}',
  '["msg_id"]',
  '"msg_id":"a"',
  '{"msg_id":"a"',
  '{"msg_id":"a"} ',
  '{"msg_id":',
  `{"msg_id":"a","x":"${'x'.repeat(3000)}"}`,
])('of %s nothing is said', (text) => {
  expect(find(text)).toBeUndefined();
});

test('what it finds is what unpacking finds', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('msg_id', '"msg_id":"x"', '{', '}', '\\'));
  const flat = fc.dictionary(fc.oneof(text, fc.constant('msg_id')), fc.oneof(text, fc.jsonValue({ maxDepth: 1 })));
  const agrees = (value: object, space: number): void => {
    const bytes = encodeText(JSON.stringify(value, null, space));
    const found = findParentId(bytes);
    if (found !== undefined) expect(found).toBe(unpackJson(bytes, 'parent_header').msg_id);
  };
  fc.assert(fc.property(flat, fc.nat(2), agrees), { numRuns: 3000 });
});
