import { createVirtualPorts, createVirtualTime } from '@muster/machine';
import { expect, test } from 'vitest';
import { createBurstWatch } from './after-burst.ts';

function stage() {
  const time = createVirtualTime();
  const ports = createVirtualPorts(time, 1);
  const made = {
    size: 0,
    released: 0,
    time,
    ports,
    watch: undefined as unknown as ReturnType<typeof createBurstWatch>,
  };
  made.watch = createBurstWatch({ ...ports, size: () => made.size, release: () => made.released++ });
  return made;
}

test('memory is given back once, some time after a burst', () => {
  const made = stage();
  for (const size of [30_000, 10_000, 2000, 1000, 0]) {
    made.size = size;
    made.watch.look();
  }
  expect([made.released, made.ports.timers.size]).toEqual([0, 1]);
  made.time.advance(4_000_000);
  expect(made.released).toBe(1);
  made.watch.look();
  expect([made.released, made.ports.timers.size]).toEqual([1, 0]);
});

test('not where there was no burst, nor while the next one is on, nor after the end', () => {
  const made = stage();
  made.size = 1000;
  made.watch.look();
  expect(made.ports.timers.size).toBe(0);
  for (const size of [30_000, 100, 40_000]) {
    made.size = size;
    made.watch.look();
  }
  made.time.advance(4_000_000);
  expect(made.released).toBe(0);
  made.size = 0;
  made.watch.look();
  expect(made.ports.timers.size).toBe(1);
  made.watch.stop();
  made.time.advance(4_000_000);
  expect([made.released, made.ports.timers.size]).toEqual([0, 0]);
});
