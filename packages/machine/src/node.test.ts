import { expect, test } from 'vitest';
import { createSystemClock, createSystemPorts, createSystemTimers, newId } from './node.ts';

test('the clock shows the time of day, and is strictly increasing', () => {
  const clock = createSystemClock();
  const before = Date.now() * 1000;
  const readings = Array.from({ length: 10_000 }, () => clock.nowUs());
  expect(readings[0]!).toBeGreaterThanOrEqual(before - 1000);
  expect(readings.at(-1)!).toBeLessThanOrEqual(Date.now() * 1000 + 20_000);
  expect(readings.every((now, i) => i === 0 || now > readings[i - 1]!)).toBe(true);
  expect(readings.every(Number.isSafeInteger)).toBe(true);
});

test('timers fire once and not early; cleared and replaced ones do not', async () => {
  const clock = createSystemClock();
  const timers = createSystemTimers(clock);
  const dueUs = clock.nowUs() + 15_000;
  const firedUs = await new Promise<number>((resolve, reject) => {
    timers.set('cleared', dueUs - 10_000, () => reject(new Error('was cleared')));
    timers.clear('cleared');
    timers.set('t', dueUs - 10_000, () => reject(new Error('was replaced')));
    timers.set('t', dueUs, () => resolve(clock.nowUs()));
    expect(timers.size).toBe(1);
  });
  // The event loop counts from the start of its turn, in whole milliseconds.
  expect(firedUs).toBeGreaterThanOrEqual(dueUs - 2000);
  expect(timers.size).toBe(0);
});

test('a timer beyond the reach of setTimeout is kept and does not fire at once', async () => {
  const { clock, timers } = createSystemPorts();
  let fired = false;
  timers.set('far', clock.nowUs() + 100 * 86_400 * 1e6, () => {
    fired = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(fired).toBe(false);
  expect(timers.size).toBe(1);
  timers.clear('far');
});

test('ids have the form of sessions and are all different', () => {
  const ids = new Set(Array.from({ length: 1000 }, newId));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{24}$/);
});
