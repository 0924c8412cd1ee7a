import { expect, test } from 'vitest';
import { figure, spread } from './figures.ts';

test('a figure is a median with its spread', () => {
  expect(figure([3, 1, 2])).toMatchObject({ median: 2, least: 1, most: 3 });
  expect(figure([1, 2, 3, 4]).median).toBe(2.5);
  expect(() => figure([])).toThrow();
  expect(spread(figure([1.2345, 1.1, 200]))).toBe('1.23 (1.1 to 200)');
  expect(spread(figure([1234.5]))).toBe('1,235');
});
