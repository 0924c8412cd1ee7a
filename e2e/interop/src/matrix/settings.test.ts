import { existsSync } from 'node:fs';
import { transportNames } from '@muster/transport/names';
import { expect, test } from 'vitest';
import { controllerModules, examModules, moduleNames } from './modules.ts';
import { baselineFile } from './results.ts';
import type { Setting } from './settings.ts';
import { settings, startOf } from './settings.ts';

const all = {
  curve: ['off', 'on', 'strict'],
  transport: transportNames,
  services: ['together', 'apart'],
  store: ['dict', 'sqlite', 'mongo', 'none'],
  hwm: [0, 1, 3],
  scheme: ['leastload', 'lru', 'plainrandom', 'twobin', 'weighted', 'pure'],
} as const;

/** Values that no row of these settings meets on all these modules. */
function unmet(rows: readonly Setting[], modules: readonly string[]): string[] {
  const whole = rows.filter((row) => modules.every((name) => (row.modules ?? moduleNames).includes(name)));
  return Object.entries(all).flatMap(([dimension, values]) =>
    values
      .filter((value) => !whole.some((row) => row.values[dimension as keyof typeof all] === value))
      .map((value) => `${dimension} ${value}`),
  );
}

test('names are unique', () => {
  expect(new Set(settings.map(({ name }) => name)).size).toBe(settings.length);
});

test('every value is met by the exams every day, and by all that start a controller in the whole matrix', () => {
  const everyDay = settings.filter((setting) => setting.everyDay);
  expect(unmet(everyDay, examModules)).toEqual([]);
  expect(unmet(settings, controllerModules)).toEqual([]);
  expect(unmet(settings.slice(1), moduleNames)).not.toEqual([]);
});

test('a setting that is compared with a recording has one', () => {
  const recorded = settings.filter(({ beside }) => !beside);
  expect(recorded.length).toBeGreaterThan(0);
  expect(recorded.map(baselineFile).filter((file) => !existsSync(file))).toEqual([]);
});

test('the library is met with and without CurveZMQ, which takes it unasked', () => {
  for (const rows of [settings, settings.filter(({ everyDay }) => everyDay)]) {
    const curves = rows.filter(({ values }) => values.transport === 'zeromq').map(({ values }) => values.curve);
    expect(new Set(curves)).toEqual(new Set(['off', 'on', 'strict']));
  }
  const envOf = (name: string, side: 'ours' | 'python') =>
    startOf(settings.find((setting) => setting.name === name)!.values, side, undefined).env;
  expect(envOf('zeromq', 'ours')).toEqual({ MUSTER_TRANSPORT: 'zeromq' });
  expect(envOf('zeromq', 'python')).toEqual({});
  expect(envOf('curve', 'ours')).toEqual({ IPP_ENABLE_CURVE: '1' });
});

test('services apart share their records: only MongoDB can do that', () => {
  expect(settings.filter(({ values }) => values.services === 'apart' && values.store !== 'mongo')).toEqual([]);
});

test('both controllers are told the same, each in its words', () => {
  const { values } = settings.find(({ name }) => name === 'curve-mongo-weighted')!;
  const url = 'mongodb://127.0.0.1:4711/';
  const ours = startOf(values, 'ours', url);
  const python = startOf(values, 'python', url);
  expect(ours).toMatchObject({ store: '--mongodb', args: ['--scheme=weighted'] });
  expect(ours.env).toMatchObject({ IPP_ENABLE_CURVE: '1', MONGODB_URI: url, DB_PORT: '4711' });
  expect(python.args).toEqual(['--scheme=weighted', '--MongoDB.connection_args=["127.0.0.1",4711]']);
});

test('only ours has the strict mode, and Python has CurveZMQ instead', () => {
  const { values } = settings.find(({ name }) => name === 'strict')!;
  expect(startOf(values, 'ours', undefined).args).toEqual(['--curve-strict']);
  expect(startOf(values, 'python', undefined)).toMatchObject({ args: [], env: { IPP_ENABLE_CURVE: '1' } });
});

test('the plain setting adds nothing', () => {
  expect(startOf(settings[0]!.values, 'ours', undefined)).toEqual({ store: '--dictdb', args: [], env: {} });
});
