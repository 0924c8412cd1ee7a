import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDate, parseDate } from './dates.ts';

/** Every microsecond of the years 1 to 9999 that a double holds exactly is fair game: 1685 to 2255. */
const moments = fc.integer({ min: -9_000_000_000_000_000, max: 9_000_000_000_000_000 });

test('what was formatted parses to the same microsecond', () => {
  const same = (us: number): void => {
    expect(parseDate(formatDate(us))).toBe(us);
  };
  fc.assert(fc.property(moments, same), { numRuns: 2000 });
});

test('agrees with Date at milliseconds', () => {
  const date = fc.date({ min: new Date('1700-01-01'), max: new Date('2254-12-31T23:59:59.999Z'), noInvalidDate: true });
  const agrees = (at: Date): void => {
    expect(parseDate(at.toISOString())).toBe(at.getTime() * 1000);
    expect(new Date(formatDate(at.getTime() * 1000)).getTime()).toBe(at.getTime());
  };
  fc.assert(fc.property(date, agrees), { numRuns: 2000 });
});

test('the fraction has six digits, or is missing when it is 0, as in Python', () => {
  expect(formatDate(1_795_347_401_439_768)).toBe('2026-11-22T11:36:41.439768Z');
  expect(formatDate(1_795_347_401_000_001)).toBe('2026-11-22T11:36:41.000001Z');
  expect(formatDate(1_795_347_401_000_000)).toBe('2026-11-22T11:36:41Z');
  expect(formatDate(-1)).toBe('1969-12-31T23:59:59.999999Z');
  expect(formatDate(-62_135_596_800_000_000)).toBe('0001-01-01T00:00:00Z');
});

test.each([
  ['2026-11-22T11:36:41.4Z', '2026-11-22T11:36:41.400000Z'],
  ['2026-11-22T11:36:41', '2026-11-22T11:36:41Z'],
  ['2026-11-22T17:06:41.439768+05:30', '2026-11-22T11:36:41.439768Z'],
  ['2026-11-22T06:36:41-0500', '2026-11-22T11:36:41Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
])('%s is %s', (text, utc) => expect(formatDate(parseDate(text)!)).toBe(utc));

test.each([
  '',
  '2026-11-22',
  '2026-11-22 11:36:41Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01T00:00:00.1234567Z',
  '2026-01-01T00:00:00+24:00',
  '2026-01-01T00:00:00+00:60',
  '2026-01-01T00:00:00Z\n',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '٢٠٢٦-01-01T00:00:00Z',
])('%j is not a date', (text) => expect(parseDate(text)).toBeUndefined());

test('any text gives a moment that can be written again, or undefined', () => {
  const near = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$/);
  const check = (text: string): void => {
    const us = parseDate(text);
    if (us !== undefined) expect(Math.abs(parseDate(formatDate(us))! - us)).toBeLessThanOrEqual(64);
  };
  fc.assert(fc.property(fc.oneof(fc.string(), near), check), { numRuns: 2000 });
});
