import { expect, test } from 'vitest';
import { createRecentIds } from './recent-ids.ts';

test('remembers at least half the limit and at most the limit', () => {
  const recent = createRecentIds(100);
  for (let n = 0; n < 1000; n++) {
    recent.add(String(n));
    recent.add(String(n));
    expect(recent.size).toBeLessThanOrEqual(100);
    if (n >= 49) expect(recent.has(String(n - 49))).toBe(true);
  }
  expect(recent.has('800')).toBe(false);
});

test('what is deleted is forgotten, and what is added again is young again', () => {
  const recent = createRecentIds(4);
  for (const id of ['a', 'b', 'c', 'a']) recent.add(id);
  recent.delete('b');
  recent.add('d');
  expect(['a', 'b', 'c', 'd'].filter(recent.has)).toEqual(['a', 'c', 'd']);
  recent.add('e');
  expect(['c', 'a', 'd', 'e'].filter(recent.has)).toEqual(['c', 'a', 'd', 'e']);
});
