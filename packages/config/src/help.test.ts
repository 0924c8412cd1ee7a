import { errorTable } from '@muster/protocol';
import { expect, test } from 'vitest';
import { logSettings, profileSettings } from './common-settings.ts';
import { exitStatuses } from './exit-statuses.ts';
import { renderGroupHelp, renderHelp } from './help.ts';
import type { SettingsTable } from './settings.ts';
import { settingsTable } from './settings-document.ts';

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

const usage = {
  usage: 'x [options]',
  about: `${'Long words. '.repeat(20)}`,
  examples: [['x -y', 'does y']],
  files: [['PROFILE/x', 'what it has']],
  exitStatuses: [10],
  seeAlso: ['muster help x'],
} as const;

test('help shows what most need: defaults, environment, files, exit statuses', () => {
  const text = renderHelp(table, usage);
  expect(text).toMatch(/--ping=N +Time between heartbeats\. Default: 3000 ms\.$/m);
  expect(text).toMatch(/^ {4}PERIOD +Same as --ping, which wins\.$/m);
  expect(text).toMatch(/--nodb +Where records are kept\. One of: DictDB, NoDB\. Default: DictDB\./);
  expect(text).toMatch(/--debug +Same as --log-level=debug\./);
  expect(text).toContain('Engines:\n');
  expect(text).toMatch(/x -y +does y/);
  expect(text).toMatch(/--help-all +Also what few need \(1 more\)/);
  expect(text).toMatch(/10 +a cluster runs already/);
  expect(text).toMatch(/PROFILE\/x +what it has/);
  expect(text).toContain('See also: muster help x\n');
  expect(text).not.toContain('record_limit');
});

test('--help-all shows every setting with its type, limits and all names of config files', () => {
  const text = renderHelp(table, usage, { all: true, columns: 120 }).replace(/\n +/g, ' ');
  for (const name of ['HeartMonitor.period', 'DictDB.record_limit', '--profile-dir']) expect(text).toContain(name);
  expect(text).toContain('An integer (ms). Default: 3000 ms. In config files: HeartMonitor.period.');
  expect(text).toContain('In config files: BaseParallelApplication.cluster_id, Cluster.cluster_id.');
  expect(text).not.toContain('ProfileDir.location');
});

test.each([40, 80, 100, 120, 1000])('lines fit a terminal of %i columns, from 72 to 120', (columns) => {
  const width = Math.min(120, Math.max(72, columns));
  const group = { name: 'x', about: usage.about, entries: [{ word: 'go', about: 'goes far, '.repeat(15) }] };
  for (const text of [
    renderHelp(table, usage, { columns }),
    renderHelp(table, usage, { all: true, columns }),
    renderGroupHelp(group, columns),
  ])
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
});

test('every exit status of the error table is told', () => {
  for (const { exitStatus } of Object.values(errorTable))
    expect(Object.keys(exitStatuses)).toContain(String(exitStatus));
});

test('the table for documents has a row for each setting', () => {
  const rows = settingsTable(table).trimEnd().split('\n');
  expect(rows).toHaveLength(2 + Object.keys(table).length);
  expect(rows[2]).toBe(
    '| `--ping` `--HeartMonitor.period` | an integer (ms) | 3000 ms | Time between heartbeats. Environment: `PERIOD`. |',
  );
  expect(rows[3]).toContain('Records \\| kept.');
});
