import { expect, test } from 'vitest';
import { slope } from './trend.ts';

test('the slope of a line is found, whatever lies around it', () => {
  expect(slope([0, 1, 2, 3].map((x) => [x, 5 - 2 * x]))).toBeCloseTo(-2);
  expect(slope([0, 1, 2, 3].map((x) => [x, 3 * x + (x % 2 === 0 ? 1 : -1)]))).toBeCloseTo(2.6);
  expect(slope([0, 1, 2].map((x) => [x, 7]))).toBe(0);
});

test('fewer than two points, or points above each other, have none', () => {
  expect([
    slope([]),
    slope([[1, 2]]),
    slope([
      [1, 2],
      [1, 9],
    ]),
  ]).toEqual([0, 0, 0]);
});
