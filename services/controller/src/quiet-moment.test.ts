import { afterEach, expect, test, vi } from 'vitest';
import { collectInQuietMoment } from './quiet-moment.ts';

afterEach(() => void vi.useRealTimers());

test('memory is collected once, when the loop has been idle for a second', () => {
  vi.useFakeTimers();
  const collect = vi.fn();
  let utilization = 0.5;
  collectInQuietMoment(collect, () => ({ idle: 0, active: 0, utilization }));
  vi.advanceTimersByTime(10_000);
  expect(collect).not.toHaveBeenCalled();
  utilization = 0.01;
  vi.advanceTimersByTime(10_000);
  expect(collect).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('it can be called off, and does without a collector', () => {
  vi.useFakeTimers();
  const collect = vi.fn();
  collectInQuietMoment(collect, () => ({ idle: 0, active: 0, utilization: 0 }))();
  collectInQuietMoment(undefined)();
  vi.advanceTimersByTime(10_000);
  expect(collect).not.toHaveBeenCalled();
});
