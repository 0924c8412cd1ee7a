import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configFileSettings, logSettings, profileSettings } from '../common-settings.ts';
import { parseWithProfile } from '../profile-config.ts';
import { defaultsOf, type SettingsTable } from '../settings.ts';
import { renderConfigFile } from './render.ts';

const table = {
  ip: {
    name: 'IPController.ip',
    otherNames: ['HubFactory.ip'],
    deprecatedNames: ['RegistrationFactory.ip'],
    env: 'TEST_IP',
    type: 'text',
    default: 'it\'s "*"\\\n',
    description: `Long words. ${'c.IPController.ip = 3; '.repeat(20)}`,
  },
  n: { name: 'IPController.n', type: 'integer', default: null, min: 1, unit: 'engines', description: 'How many.' },
  ratio: { name: 'DictDB.ratio', type: 'number', default: 1e-7, description: 'Part.' },
  large: { name: 'DictDB.large', type: 'integer', default: 2 ** 40, unit: 'bytes', description: 'Bytes.' },
  store: {
    name: 'IPController.db_class',
    type: 'choice',
    choices: ['DictDB', 'NoDB'],
    default: 'DictDB',
    description: 'Where.',
  },
  ports: { name: 'IPController.ports', type: 'ports', default: [1, 3], description: 'Ports.' },
  words: { name: 'IPController.words', type: 'words', default: ['a b', "'"], description: 'Words.' },
  pairs: { name: 'IPController.pairs', type: 'list', default: [], description: 'Pairs.' },
  hosts: {
    name: 'IPController.hosts',
    type: 'map',
    default: { 'a.b': [1, { c: null }] } as Readonly<Record<string, unknown>>,
    description: 'Hosts.',
  },
  plain: { name: 'plain-name', flags: ['plain-name'], type: 'boolean', default: true, description: 'Plain.' },
  ...configFileSettings,
  ...profileSettings,
  ...logSettings,
} as const satisfies SettingsTable;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-render-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = renderConfigFile('ipcontroller', [table, { again: table.ip }]);
const parse = async (content: string) => {
  writeFileSync(join(folder, 'ipcontroller_config.ts'), content);
  return parseWithProfile(table, ['--profile-dir', folder], {}, { program: 'ipcontroller' });
};
const outside = Object.values<SettingsTable[string]>(table).filter((setting) => setting.outsideProfile).length;

test('as it is made, it sets nothing', async () => {
  const { given, warnings } = await parse(text);
  expect(given).toEqual({ profileDir: 'option' });
  expect(warnings).toEqual([]);
});

test('with every setting uncommented, it gives the defaults', async () => {
  const { values, given, warnings } = await parse(text.replaceAll(/^\/\/ (c\b.*;)$/gm, '$1'));
  expect(values).toEqual({ ...defaultsOf(table), profileDir: folder });
  expect(Object.values(given).filter((source) => source === 'file')).toHaveLength(Object.keys(table).length - outside);
  expect(warnings).toEqual([]);
});

test('it says all there is to know, in lines that fit', () => {
  expect(text).toContain('// How many. An integer from 1 (engines), or null.\n// c.IPController.n = null;\n');
  expect(text).toContain("// Where. One of: DictDB, NoDB.\n// c.IPController.db_class = 'DictDB';\n");
  expect(text.replaceAll('\n// ', ' ')).toContain(
    'Environment: TEST_IP. Also: HubFactory.ip. Old: RegistrationFactory.ip.',
  );
  expect(text).toMatch(/^ {2}DictDB: \{ ratio: number; large: number; \[other: string\]: unknown \};$/m);
  expect(text).not.toMatch(/profile_dir|ProfileDir|extra_config_file/);
  for (const line of text.split('\n').filter((one) => !/^( {2}|\/\/ c\b)/.test(one)))
    expect(line.length, line).toBeLessThanOrEqual(100);
});
