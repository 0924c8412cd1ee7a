import { createVirtualPorts, createVirtualTime } from '@muster/machine';
import { expect, test } from 'vitest';
import { createEngineStateSaver } from './engine-state-saver.ts';

function createBench(writeUs: number) {
  const time = createVirtualTime();
  const ports = createVirtualPorts(time, 1);
  const written: string[] = [];
  const warned: object[] = [];
  let state = 0;
  let isBroken = false;
  const write = (text: string): void => {
    time.advance(writeUs);
    if (isBroken) throw new Error('the disk is full');
    written.push(text);
  };
  const saver = createEngineStateSaver({
    file: { write },
    text: () => String(state),
    ports,
    warn: (fields) => void warned.push(fields),
  });
  const change = (): void => {
    state++;
    saver.save();
  };
  const breakDisk = (): void => {
    isBroken = true;
  };
  return { time, ports, written, warned, saver, change, breakDisk };
}

test('the first change is written at once, those of the pause in one', () => {
  const { time, ports, written, change } = createBench(1000);
  for (let n = 0; n < 5; n++) change();
  expect(written).toEqual(['1']);
  time.advance(9000);
  expect(written).toEqual(['1', '5']);
  time.advance(20_000);
  change();
  expect(written).toEqual(['1', '5', '6']);
  time.advance(20_000);
  expect(written).toHaveLength(3);
  expect(ports.timers.size).toBe(0);
});

test('a file that costs nothing is written at each change', () => {
  const { written, change } = createBench(0);
  for (let n = 0; n < 5; n++) change();
  expect(written).toHaveLength(5);
});

test('what waits is written at the end, and nothing after it', () => {
  const { time, written, saver, change } = createBench(1000);
  change();
  change();
  saver.close();
  expect(written).toEqual(['1', '2']);
  time.advance(1_000_000);
  expect(written).toHaveLength(2);
});

test('a disk that is full or slow is told of, and waited for a second at most', () => {
  const { time, warned, change, written, breakDisk } = createBench(5_000_000);
  change();
  change();
  time.advance(1_000_000);
  expect(written).toEqual(['1', '2']);
  breakDisk();
  time.advance(2_000_000);
  change();
  expect(warned).toMatchObject([{ why: 'the disk is full', remedy: expect.any(String) }]);
});
