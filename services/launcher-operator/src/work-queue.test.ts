import { createVirtualPorts, createVirtualTime } from '@muster/machine';
import { expect, test } from 'vitest';
import { createWorkQueue } from './work-queue.ts';

function setUp(work: (name: string) => Promise<number | undefined>) {
  const time = createVirtualTime();
  const done: string[] = [];
  const errors: unknown[] = [];
  const queue = createWorkQueue({
    ports: createVirtualPorts(time, 1),
    work: (name) => {
      done.push(`${time.nowUs / 1000} ${name}`);
      return work(name);
    },
    onError: (error) => errors.push(error),
    workers: 2,
    betweenMs: 100,
    firstRetryMs: 500,
    lastRetryMs: 1500,
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    queue,
    done,
    errors,
    turn,
    async advance(ms: number) {
      await turn();
      time.advance(ms * 1000);
      await turn();
    },
  };
}

test('what comes together is done once, and not too often', async () => {
  const { queue, done, advance } = setUp(async () => undefined);
  for (let i = 0; i < 5; i++) queue.add('a');
  queue.add('b');
  await advance(10);
  expect(done).toHaveLength(2);
  queue.add('a');
  await advance(50);
  expect(done).toHaveLength(2);
  await advance(60);
  expect(done).toHaveLength(3);
  await queue.stop();
});

test('one at a time for each, some at a time of all; what comes meanwhile is done afterwards', async () => {
  const open: (() => void)[] = [];
  const { queue, done, turn, advance } = setUp(() => new Promise((resolve) => open.push(() => resolve(undefined))));
  for (const name of ['a', 'b', 'c', 'a']) queue.add(name);
  expect(done).toHaveLength(2);
  queue.add('a');
  open.shift()!();
  await turn();
  expect(done.map((line) => line.split(' ')[1])).toEqual(['a', 'b', 'c']);
  for (const release of open.splice(0)) release();
  await advance(200);
  expect(done.map((line) => line.split(' ')[1])).toEqual(['a', 'b', 'c', 'a']);
  for (const release of open.splice(0)) release();
  await queue.stop();
});

test('it is done again when it asked for that, and ever later after errors', async () => {
  let fails = 4;
  const { queue, done, errors, advance } = setUp(async () => {
    if (fails-- > 0) throw new Error('not yet');
    return 3000;
  });
  queue.add('a');
  for (let i = 0; i < 90; i++) await advance(100);
  const starts = done.map((line) => Number(line.split(' ')[0]));
  expect(errors).toHaveLength(4);
  const gaps = starts.slice(1, 6).map((at, i) => at - starts[i]!);
  for (const [i, leastMs] of [500, 1000, 1500, 1500, 3000].entries()) {
    expect(gaps[i]).toBeGreaterThanOrEqual(leastMs);
    expect(gaps[i]).toBeLessThan(leastMs + 150);
  }
  await queue.stop();
  const before = done.length;
  queue.add('a');
  await advance(10_000);
  expect(done).toHaveLength(before);
});
