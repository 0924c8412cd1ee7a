import type { Logger } from '@muster/telemetry';
import { silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { createReadiness } from './readiness.ts';
import { pause } from './stopping.ts';

function listen(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const info = (fields: object, message: string): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { log: { ...silentLogger, info }, lines };
}

test('it is ready when nothing is lacking, and says each change', () => {
  const { log, lines } = listen();
  const readiness = createReadiness(log);
  expect(readiness.reasons()).toEqual([]);
  readiness.set('NATS', 'away');
  readiness.set('NATS', 'away');
  readiness.set('MongoDB', 'refuses');
  expect(readiness.reasons()).toEqual(['NATS: away', 'MongoDB: refuses']);
  readiness.set('NATS', undefined);
  readiness.set('MongoDB', undefined);
  readiness.set('MongoDB', undefined);
  expect(readiness.reasons()).toEqual([]);
  expect(lines).toEqual([
    'waiting {"for":["NATS: away"]}',
    'waiting {"for":["NATS: away","MongoDB: refuses"]}',
    'ready {}',
  ]);
});

test('while it waits it says so again and again; closed, it says nothing more', async () => {
  const { log, lines } = listen();
  const readiness = createReadiness(log, 5);
  readiness.set('NATS', 'away');
  await until(() => lines.length >= 3, { what: 'said three times' });
  readiness.close();
  const said = lines.length;
  readiness.set('hub', 'stopping');
  await pause(20);
  expect(readiness.reasons()).toEqual(['NATS: away', 'hub: stopping']);
  expect(lines).toHaveLength(said);
});

test('a pause ends with its time, or with its signal', async () => {
  await pause(1);
  const controller = new AbortController();
  const long = pause(60_000, controller.signal);
  controller.abort();
  await long;
  await pause(60_000, controller.signal);
});
