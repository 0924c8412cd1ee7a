import { MusterError } from '@muster/protocol';
import fc from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { logSettings, profileSettings } from './common-settings.ts';
import { parseCommandLine } from './parse.ts';
import type { SettingsTable } from './settings.ts';
import { defaultsOf } from './settings.ts';

const table = {
  ip: {
    name: 'IPController.ip',
    otherNames: ['HubFactory.ip'],
    flags: ['ip'],
    env: 'TEST_IP',
    type: 'text',
    default: '127.0.0.1',
    description: 'Address.',
  },
  n: {
    name: 'IPClusterEngines.n',
    flags: ['n'],
    type: 'integer',
    default: null,
    min: 1,
    max: 99,
    description: 'How many.',
  },
  ratio: {
    name: 'DictDB.cull_fraction',
    type: 'number',
    default: 0.1,
    min: 0,
    max: 1,
    env: 'TEST_RATIO',
    description: '.',
  },
  reuse: {
    name: 'IPController.reuse_files',
    flags: ['reuse'],
    switches: { fresh: false },
    type: 'boolean',
    default: false,
    description: '.',
  },
  store: {
    name: 'IPController.db_class',
    switches: { nodb: 'NoDB', dictdb: 'DictDB' },
    type: 'choice',
    choices: ['DictDB', 'NoDB'],
    spellings: { none: 'NoDB' },
    default: 'DictDB',
    description: '.',
  },
  ports: { name: 'IPController.ports', flags: ['ports'], type: 'ports', default: [], description: '.' },
  command: { name: 'EngineLauncher.engine_cmd', flags: ['engine-cmd'], type: 'words', default: [], description: '.' },
  ...profileSettings,
  ...logSettings,
} as const satisfies SettingsTable;

const parse = (line: string | string[], env = {}) =>
  parseCommandLine(table, typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line, env);

const refusal = (line: string | string[], env = {}): MusterError => {
  try {
    parse(line, env);
  } catch (error) {
    if (error instanceof MusterError) return error;
  }
  throw new Error('not refused');
};

test('types of values come from the table', () => {
  const { values } = parse('');
  expectTypeOf(values.ip).toEqualTypeOf<string>();
  expectTypeOf(values.n).toEqualTypeOf<number | null>();
  expectTypeOf(values.reuse).toEqualTypeOf<boolean>();
  expectTypeOf(values.store).toEqualTypeOf<'DictDB' | 'NoDB'>();
  expectTypeOf(values.ports).toEqualTypeOf<readonly number[]>();
  expectTypeOf(values.logLevel).toEqualTypeOf<'debug' | 'info' | 'warn' | 'error' | 'silent'>();
  expect(values).toEqual(defaultsOf(table));
});

test.each([
  ['--ip=*', { ip: '*' }],
  ['--ip *', { ip: '*' }],
  ['--ip=', { ip: '' }],
  ['--ip=a=b', { ip: 'a=b' }],
  ['--IPController.ip=1.2.3.4', { ip: '1.2.3.4' }],
  ['--HubFactory.ip 1.2.3.4', { ip: '1.2.3.4' }],
  ['--ip=1 --ip=2', { ip: '2' }],
  ['-n 4', { n: 4 }],
  ['-n4', { n: 4 }],
  ['-n=4', { n: 4 }],
  ['--n=4', { n: 4 }],
  ['--reuse', { reuse: true }],
  ['--reuse=false', { reuse: false }],
  ['--reuse --fresh', { reuse: false }],
  ['--fresh=false', { reuse: true }],
  ['--nodb', { store: 'NoDB' }],
  ['-nodb', { store: 'NoDB' }],
  ['--nodb=false', { store: 'DictDB' }],
  ['--IPController.db_class=nodb', { store: 'NoDB' }],
  ['--IPController.db_class=None', { store: 'NoDB' }],
  ['--IPController.db_class=ipyparallel.controller.dictdb.NoDB', { store: 'NoDB' }],
  ['--ports=10101-10103,9', { ports: [10101, 10102, 10103, 9] }],
  ['--ports=[7,"8-9"]', { ports: [7, 8, 9] }],
  ['--log-level=10', { logLevel: 'debug' }],
  ['--log_level=DEBUG', { logLevel: 'debug' }],
  ['--debug', { logLevel: 'debug' }],
  ['--quiet', { logLevel: 'error' }],
  ['--profile-dir=/x --profile=p --cluster-id c', { profileDir: '/x', profile: 'p', clusterId: 'c' }],
])('%s', (line, expected) => {
  expect(parse(line).values).toMatchObject(expected);
  expect(parse(line).warnings).toEqual([]);
});

test('words are split as in a shell, or given as a JSON list', () => {
  const words = (text: string) => parse([`--engine-cmd=${text}`]).values.command;
  expect(words(`python3 -m 'a b' "c \\" d" e\\ f ''`)).toEqual(['python3', '-m', 'a b', 'c " d', 'e f', '']);
  expect(words('["a b", "c"]')).toEqual(['a b', 'c']);
  expect(refusal(["--engine-cmd='a"]).message).toContain('engine-cmd');
  expect(refusal(['--engine-cmd=[1]']).code).toBe('bad_option');
});

test('option over environment over default; an empty text counts, an empty number does not', () => {
  expect(parse('', { TEST_IP: 'e' })).toMatchObject({ values: { ip: 'e' }, given: { ip: 'environment' } });
  expect(parse('--ip=o', { TEST_IP: 'e' })).toMatchObject({ values: { ip: 'o' }, given: { ip: 'option' } });
  expect(parse('', { TEST_IP: '', TEST_RATIO: '' })).toMatchObject({ values: { ip: '', ratio: 0.1 } });
  expect(refusal('', { TEST_RATIO: 'x' }).message).toContain('$TEST_RATIO');
});

test.each([
  ['--bogus', 'unknown_option', '--bogus'],
  ['--bogus=1', 'unknown_option', '--bogus'],
  ['--prots=1', 'unknown_option', 'Did you mean --ports?'],
  ['--IPController.prots=1', 'unknown_option', 'Did you mean --IPController.ports?'],
  ['--IPControler.ip=1', 'unknown_option', 'Did you mean --IPController.ip?'],
  ['stray', 'unknown_option', 'stray'],
  ['--constructor=1', 'unknown_option', '--constructor'],
  ['--ip', 'bad_option', 'needs a value'],
  ['--ip --reuse', 'bad_option', 'needs a value'],
  ['-n 0', 'bad_option', "'0'"],
  ['-n 1.5', 'bad_option', 'integer from 1 to 99'],
  ['-n NaN', 'bad_option', 'integer'],
  ['--DictDB.cull_fraction=1e999', 'bad_option', 'number'],
  ['--reuse=perhaps', 'bad_option', 'true or false'],
  ['--nodb=perhaps', 'bad_option', 'no value'],
  ['--ports=0', 'bad_option', 'ports'],
  ['--ports=9-8', 'bad_option', 'ports'],
  ['--ports=70000', 'bad_option', 'ports'],
])('%s is refused: %s', (line, code, text) => {
  const error = refusal(line);
  expect(error.code).toBe(code);
  expect(error.exitStatus).toBe(code === 'unknown_option' ? 2 : 1);
  expect(error.message).toContain(text);
});

test('a choice that does not exist is answered by the list', () => {
  const error = refusal('--IPController.db_class=Nodbb');
  expect(error.remedy).toBe('Give one of: DictDB, NoDB; did you mean NoDB?');
});

test("the original's options without meaning here give a warning each", () => {
  const line = parse(
    '--usethreads --log-url=tcp://x --work-dir /tmp --Session.packer=json --IPController.hb=1,2 --Foo.bar=1',
  );
  expect(line.values).toEqual(defaultsOf(table));
  expect(line.warnings).toHaveLength(6);
  expect(line.warnings[3]).toContain('--Session.packer');
});

test('what follows -- is left alone; help and version win over everything', () => {
  expect(parse('-n 2 -- --bogus -n x')).toMatchObject({ values: { n: 2 }, rest: ['--bogus', '-n', 'x'] });
  expect(parse('--bogus --help')).toMatchObject({ help: true });
  expect(parse('--bogus -h')).toMatchObject({ help: true });
  expect(parse('--help-all')).toMatchObject({ help: false, helpAll: true });
  expect(parse('--version')).toMatchObject({ version: true });
  expect(parse('-- --help')).toMatchObject({ help: false, rest: ['--help'] });
});

test('whatever is typed gives values or a MusterError, never another error', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('--', '-', '-n', '--ip', '--n=', '--ports', '1', '--IPController.'),
    fc.string().map((s) => `--${s}`),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        expect(Object.keys(parse(argv).values)).toEqual(Object.keys(table));
      } catch (error) {
        expect(error).toBeInstanceOf(MusterError);
      }
    }),
    { numRuns: 500 },
  );
});

test('a text value comes through as it was given', () => {
  const text = fc.string().filter((s) => !s.includes('\0'));
  fc.assert(
    fc.property(text, (value) => {
      expect(parse([`--ip=${value}`]).values.ip).toBe(value);
    }),
  );
});

test('a table with one name for two settings is a fault of the program', () => {
  const twice = { a: table.ip, b: { ...table.n, flags: ['ip'] } } as const satisfies SettingsTable;
  expect(() => parseCommandLine(twice, [], {})).toThrow('ip');
});
