import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createVirtualPorts, createVirtualTime, createVirtualTimers, seededRandom } from './virtual.ts';

test('callbacks run in order of time, and of their setting where times are equal', () => {
  const plan = fc.array(fc.record({ at: fc.nat(20), cancel: fc.boolean() }), { maxLength: 60 });
  fc.assert(
    fc.property(plan, (due) => {
      const time = createVirtualTime(0);
      const ran: number[] = [];
      const cancels = due.map(({ at }, i) => time.at(at, () => ran.push(i)));
      for (const [i, { cancel }] of due.entries()) if (cancel) cancels[i]!();
      const kept = [...due.keys()].filter((i) => !due[i]!.cancel);
      expect(time.size).toBe(kept.length);
      while (time.runNext());
      expect(ran).toEqual(kept.sort((a, b) => due[a]!.at - due[b]!.at || a - b));
      expect(time.size).toBe(0);
      for (const cancel of cancels) cancel();
      expect(time.size).toBe(0);
    }),
  );
});

test('advance runs what falls due on the way, also what is set on the way, and stands at its end', () => {
  const time = createVirtualTime(0);
  const seen: number[] = [];
  const tick = (): void => {
    seen.push(time.nowUs);
    time.at(time.nowUs + 10, tick);
  };
  time.at(10, tick);
  time.advance(35);
  expect(seen).toEqual([10, 20, 30]);
  expect(time.nowUs).toBe(35);
  time.at(5, () => seen.push(-time.nowUs));
  time.runNext();
  expect(seen.at(-1)).toBe(-35);
});

test('a timer set again replaces the earlier one', () => {
  const time = createVirtualTime(0);
  const timers = createVirtualTimers(time);
  const fired: string[] = [];
  timers.set('t', 10, () => fired.push('first'));
  timers.set('t', 20, () => fired.push('second'));
  timers.set('u', 5, () => fired.push('u'));
  timers.clear('u');
  timers.clear('unknown');
  expect(timers.size).toBe(1);
  time.advance(100);
  expect(fired).toEqual(['second']);
  expect(timers.size).toBe(0);
});

test('the same seed gives the same numbers and ids; another seed gives others', () => {
  const draw = (seed: number) => {
    const { random, newId } = createVirtualPorts(createVirtualTime(), seed);
    return [newId(), random(), newId()];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(draw(7)[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{24}$/);
});

test('random numbers are spread evenly over [0, 1)', () => {
  const random = seededRandom(42);
  const bins = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) bins[Math.floor(random() * 10)]!++;
  for (const count of bins) expect(count).toBeGreaterThan(850);
  expect(bins.length).toBe(10);
});

test('the clock is never the same twice while time stands still', () => {
  const time = createVirtualTime(100);
  const { clock } = createVirtualPorts(time, 1);
  expect([clock.nowUs(), clock.nowUs()]).toEqual([100, 101]);
  time.advance(1000);
  expect(clock.nowUs()).toBe(1100);
});
