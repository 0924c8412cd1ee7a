import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';

const mark = (number: number, oldest = 1, publisher = 'p') => ({ publisher, number, oldest });

test('each fact is handled once, in the order of its publisher', () => {
  const admission = createAdmission();
  expect([1, 2, 2, 1, 3].map((n) => admission.admit(mark(n), 0))).toEqual([
    'handle',
    'handle',
    'repeated',
    'repeated',
    'handle',
  ]);
  expect(admission.admit(mark(1, 1, 'other'), 0)).toBe('handle');
  expect([admission.last('p'), admission.last('other'), admission.last('nobody')]).toEqual([3, 1, 0]);
});

test('what is missing is asked for, not too often', () => {
  const admission = createAdmission();
  admission.admit(mark(1), 0);
  expect([3, 4, 5].map((n) => admission.admit(mark(n), 100))).toEqual(['missed', 'early', 'early']);
  expect(admission.admit(mark(6), 700)).toBe('missed');
  expect(admission.admit(mark(7), 1300)).toBe('early');
  expect([2, 3, 4].map((n) => admission.admit(mark(n), 1300))).toEqual(['handle', 'handle', 'handle']);
  expect(admission.admit(mark(6), 1300)).toBe('missed');
});

test('what the publisher does not have any more is not waited for', () => {
  const admission = createAdmission();
  expect(admission.admit(mark(40, 40), 0)).toBe('handle');
  expect(admission.admit(mark(50, 42), 0)).toBe('missed');
  expect(admission.admit(mark(42, 42), 0)).toBe('handle');
  expect(admission.last('p')).toBe(42);
});

test('what never comes, as it cannot be read, holds up the others only so long', () => {
  const admission = createAdmission();
  const seen: string[] = [];
  for (let nowMs = 0; nowMs < 60_000 && !seen.includes('given up'); nowMs += 100)
    seen.push(admission.admit(mark(2), nowMs));
  expect(seen.filter((each) => each === 'missed')).toHaveLength(5);
  expect(seen.length).toBeLessThan(200);
  expect(admission.admit(mark(3), 60_000)).toBe('handle');
});

test('publishers that are gone are forgotten', () => {
  const admission = createAdmission();
  for (let n = 0; n < 1500; n++) admission.admit(mark(1, 1, `p${n}`), 0);
  expect([admission.last('p0'), admission.last('p1499')]).toEqual([0, 1]);
});
