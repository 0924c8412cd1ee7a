import { expect, test } from 'vitest';
import { parseArguments, usage } from './arguments.ts';
import { settings } from './settings.ts';

const matrixOf = (...argv: string[]) => {
  const asked = parseArguments(argv);
  if (asked.help || asked.matrix === undefined) throw new Error('no matrix');
  return { ...asked.matrix, own: asked.own, names: asked.matrix.settings.map(({ name }) => name) };
};

test('nothing asked for: our own tests, and the settings of every day', () => {
  const { own, names, beside, modules } = matrixOf();
  expect(own).toEqual([]);
  expect(names).toEqual(settings.filter(({ everyDay }) => everyDay).map(({ name }) => name));
  expect({ beside, modules }).toEqual({ beside: false, modules: [] });
});

test('one of the two parts', () => {
  expect(parseArguments(['--own', 'restart', '-t', 'x'])).toEqual({
    help: false,
    own: ['restart', '-t', 'x'],
    matrix: undefined,
  });
  expect(matrixOf('--matrix').own).toBeUndefined();
});

test('everything: all settings, with Python beside', () => {
  const { own, names, beside } = matrixOf('--all');
  expect(own).toEqual([]);
  expect(names).toHaveLength(settings.length);
  expect(beside).toBe(true);
});

test('some modules, some settings, arguments for pytest', () => {
  expect(matrixOf('test_view', '--', '-k', 'scatter')).toMatchObject({
    names: ['plain'],
    modules: ['test_view'],
    pytestArguments: ['-k', 'scatter'],
    own: undefined,
  });
  expect(matrixOf('--setting', 'curve', '--setting', 'lru', '--setting', 'curve').names).toEqual(['curve', 'lru']);
  expect(matrixOf('--setting=curve', '--jobs=3')).toMatchObject({ names: ['curve'], width: 3 });
});

test('what runs beside each time is not recorded', () => {
  const { names, record } = matrixOf('--record');
  expect(record).toBe(true);
  expect(names).toEqual(settings.filter(({ beside }) => !beside).map(({ name }) => name));
});

test('what cannot be is refused with what can be', () => {
  expect(() => parseArguments(['--setting', 'nix'])).toThrow(/no setting 'nix'. There are: plain, /);
  expect(() => parseArguments(['test_nix'])).toThrow(/no module 'test_nix'. There are: .*test_client/);
  expect(() => parseArguments(['--jobs', '0'])).toThrow(/1 to 64/);
  expect(() => parseArguments(['--jobs', 'many'])).toThrow(/1 to 64/);
  expect(() => parseArguments(['--bogus'])).toThrow(/--bogus/);
  expect(() => parseArguments(['--all', '--setting', 'lru'])).toThrow(/not both/);
  expect(() => parseArguments(['--matrix', '--own'])).toThrow(/first/);
  expect(() => parseArguments(['--record', 'test_view'])).toThrow(/whole settings/);
});

test('the help names everything there is', () => {
  expect(parseArguments(['--help'])).toEqual({ help: true });
  for (const { name } of settings) expect(usage).toContain(name);
});
