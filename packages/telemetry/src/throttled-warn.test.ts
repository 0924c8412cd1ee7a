import { createVirtualPorts, createVirtualTime } from '@muster/machine';
import { expect, test } from 'vitest';
import { createThrottledWarn, silentLogger } from './index.ts';

test('a flood of one warning is thinned out, and counted', () => {
  const time = createVirtualTime();
  const lines: object[] = [];
  const log = { ...silentLogger, warn: (fields: object, message: string) => lines.push({ ...fields, message }) };
  const warn = createThrottledWarn(log, createVirtualPorts(time, 1).clock, 2);
  for (let n = 0; n < 10; n++) warn({ n }, 'again');
  warn({}, 'another');
  time.advance(1_000_001);
  for (let n = 10; n < 13; n++) warn({ n }, 'again');
  expect(lines).toEqual([
    { n: 0, message: 'again' },
    { n: 1, message: 'again' },
    { message: 'another' },
    { n: 10, leftOut: 8, message: 'again' },
    { n: 11, message: 'again' },
  ]);
});
