import type { Bus } from '@muster/bus';
import { createInProcessBus } from '@muster/bus';
import { silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createDrains } from './drains.ts';

function setUp(serve: (bus: Bus) => void) {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  serve(bus);
  let nowMs = 1000;
  let again = 0;
  const drains = createDrains({ bus, nowMs: () => nowMs++, log: silentLogger, again: () => again++ });
  return { drains, again: () => again };
}

test('a slow answer is waited for and counts; who is drained and resumed at once is resumed', async () => {
  const answers: (() => void)[] = [];
  const asked: string[] = [];
  const { drains } = setUp((bus) => {
    bus.serve('engines.drain', ({ uuids }) => {
      asked.push(`drain ${uuids}`);
      return new Promise((resolve) => answers.push(() => resolve({ busy: [] })));
    });
    bus.serve('engines.resume', ({ uuids }) => {
      asked.push(`resume ${uuids}`);
      return {};
    });
  });
  drains.ask('drain', ['a', 'b']);
  drains.ask('drain', ['a', 'b']);
  drains.ask('resume', ['b']);
  await until(() => !drains.all.has('b'), { what: 'b is resumed' });
  answers[0]!();
  await until(() => drains.all.get('a')?.busy === false, { what: 'a is drained' });
  expect(drains.all.get('b'), 'it may have been drained after it was resumed').toMatchObject({ asked: 'drain' });
  expect(asked).toEqual(['drain a,b', 'resume b']);
  drains.forget();
  expect(drains.all.get('a')).toMatchObject({ atMs: 0, busy: true });
  drains.keepOnly(new Set());
  expect(drains.all.size).toBe(0);
});

test('nobody answers: it is told, and can be asked again', async () => {
  const { drains, again } = setUp(() => {});
  drains.ask('drain', ['a']);
  await until(() => again() === 1, { what: 'it is told' });
  expect(drains.all.get('a')).toMatchObject({ asked: 'drain', busy: true });
  drains.ask('drain', ['a']);
  await until(() => again() === 2, { what: 'it is told again' });
});
