import { expect, test } from 'vitest';
import { logSettings, profileSettings } from './common-settings.ts';
import { renderHelp, settingsTable } from './help.ts';
import type { SettingsTable } from './settings.ts';

const table = {
  period: {
    name: 'HeartMonitor.period',
    flags: ['ping'],
    type: 'integer',
    default: 3000,
    unit: 'ms',
    env: 'PERIOD',
    group: 'Engines',
    description: 'Time between heartbeats.',
  },
  limit: {
    name: 'DictDB.record_limit',
    type: 'integer',
    default: 1024,
    advanced: true,
    description: 'Records | kept.',
  },
  store: {
    name: 'IPController.db_class',
    switches: { nodb: 'NoDB' },
    type: 'choice',
    choices: ['DictDB', 'NoDB'],
    default: 'DictDB',
    description: 'Where records are kept.',
  },
  ...profileSettings,
  ...logSettings,
} as const satisfies SettingsTable;

const usage = { usage: 'x [options]', about: `${'Long words. '.repeat(20)}`, examples: [['x -y', 'does y']] } as const;

test('help shows default, unit and environment, in at most 100 columns', () => {
  const text = renderHelp(table, usage);
  expect(text).toMatch(/--ping=N +Time between heartbeats\. Default: 3000 ms\. Environment: PERIOD\./);
  expect(text).toMatch(/--nodb +Same as --IPController\.db_class=NoDB\./);
  expect(text).toContain('Engines:\n');
  expect(text).toMatch(/x -y +does y/);
  expect(text).not.toContain('record_limit');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('--help-all shows every setting by its full name', () => {
  const text = renderHelp(table, usage, true);
  for (const { name } of Object.values(table)) expect(text).toContain(name);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('the table for documents has a row for each setting', () => {
  const rows = settingsTable(table).trimEnd().split('\n');
  expect(rows).toHaveLength(2 + Object.keys(table).length);
  expect(rows[2]).toBe(
    '| `--ping` `--HeartMonitor.period` | an integer (ms) | 3000 ms | Time between heartbeats. Environment: `PERIOD`. |',
  );
  expect(rows[3]).toContain('Records \\| kept.');
});
