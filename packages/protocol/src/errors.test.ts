import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ErrorCode, errorContent, errorTable, keyErrorValue, MusterError, ProtocolError } from './errors.ts';
import { checkContent } from './messages/index.ts';

test.each(Object.entries(errorTable))('%s is complete: sentences, a remedy, a status of 1 to 255', (code, entry) => {
  expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  expect(entry.meaning).toMatch(/^[A-Z].+\.$/s);
  expect(entry.remedy.length).toBeGreaterThan(8);
  expect(entry.exitStatus).toBeGreaterThan(0);
  expect(entry.exitStatus).toBeLessThan(256);
  const error = new MusterError(code as ErrorCode);
  expect(error).toMatchObject({
    ...{ code, message: entry.meaning, remedy: entry.remedy },
    retryable: entry.retryable,
  });
});

test('details replace the meaning, and a better remedy the one of the table', () => {
  const error = new ProtocolError('too_large', 'a frame of 9 GB', 'send 8');
  expect(error).toBeInstanceOf(MusterError);
  expect(`${error}`).toBe('ProtocolError: a frame of 9 GB');
  expect(error.remedy).toBe('send 8');
});

test('errors of the controller have the form that clients need (§4.1)', () => {
  const check = (ename: string, evalue: string): void => {
    const content = errorContent(ename, evalue);
    expect(content.engine_info).toEqual({});
    expect(checkContent('query.reply', 'hub_error', content)).toMatchObject({ ok: true });
  };
  fc.assert(fc.property(fc.string(), fc.string(), check));
  expect(errorContent('TaskTimeout', '').traceback).toEqual(['TaskTimeout']);
});

test.each([
  ['plain', "'plain'"],
  ["it's", `"it's"`],
  [`it's "so"`, `'it\\'s "so"'`],
  ['back\\slash', "'back\\\\slash'"],
  [`'\\`, `"'\\\\"`],
  ['two\nlines', "'two\\nlines'"],
  ['\0\x7f\xa0', "'\\x00\\x7f\\xa0'"],
  ['żółć 漢 🎻', "'żółć 漢 🎻'"],
  ['\u2028\u{e0001}', "'\\u2028\\U000e0001'"],
])('the evalue of KeyError(%j) is its repr', (text, repr) => expect(keyErrorValue(text)).toBe(repr));
