import { afterEach, expect, test, vi } from 'vitest';
import { releaseInQuietMoment } from './quiet-moment.ts';

afterEach(() => void vi.useRealTimers());

test('memory is releaseed once, when the loop has been idle for a second', () => {
  vi.useFakeTimers();
  const release = vi.fn();
  let utilization = 0.5;
  releaseInQuietMoment(release, () => ({ idle: 0, active: 0, utilization }));
  vi.advanceTimersByTime(10_000);
  expect(release).not.toHaveBeenCalled();
  utilization = 0.01;
  vi.advanceTimersByTime(10_000);
  expect(release).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test('it can be called off', () => {
  vi.useFakeTimers();
  const release = vi.fn();
  releaseInQuietMoment(release, () => ({ idle: 0, active: 0, utilization: 0 }))();
  vi.advanceTimersByTime(10_000);
  expect(release).not.toHaveBeenCalled();
});
