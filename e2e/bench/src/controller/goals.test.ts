import { expect, test } from 'vitest';
import { figure } from '../figures.ts';
import type { Goal } from './goals.ts';
import { barText, goals, verdictOf } from './goals.ts';

const more: Goal = { line: 'speed', unit: '×', must: 8, aim: 12, better: 'more' };
const less: Goal = { line: 'cost', unit: 'µs', must: 110, aim: 70, better: 'less' };

test('the median is judged: the bar itself is enough', () => {
  expect(verdictOf(more, figure([12]))).toBe('reached aim');
  expect(verdictOf(more, figure([1, 11.9, 100]))).toBe('reached must');
  expect(verdictOf(more, figure([8]))).toBe('reached must');
  expect(verdictOf(more, figure([7.99]))).toBe('missed');
  expect(verdictOf(less, figure([70]))).toBe('reached aim');
  expect(verdictOf(less, figure([110]))).toBe('reached must');
  expect(verdictOf(less, figure([110.1]))).toBe('missed');
});

test('what was not measured is not reached', () => {
  expect(verdictOf(more, undefined)).toBe('not measured');
});

test('no aim is easier than its must', () => {
  for (const { must, aim, better, line } of Object.values(goals))
    expect(better === 'more' ? aim >= must : aim <= must, line).toBe(true);
});

test('bars are told with their units', () => {
  expect(barText(1.35, '×')).toBe('1.35 ×');
  expect(barText(0, '')).toBe('0');
});
