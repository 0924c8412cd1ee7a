import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readNatsAddress } from '../nats-address.ts';
import { parseCommandLine } from '../parse.ts';
import { parseWithFile } from '../profile-config.ts';
import { readSecret, readSessionKey } from '../secrets.ts';
import { channelSettings, sharedServiceSettings } from '../service-settings.ts';
import { defaultsOf, type SettingsTable } from '../settings.ts';

const table = { ...sharedServiceSettings, ...channelSettings };
const defaults = defaultsOf(table);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'settings');
  writeFileSync(path, text);
  return path;
}
const parse = (text: string, argv: readonly string[] = [], env = {}) =>
  parseWithFile(table, [`--config=${file(text)}`, ...argv], env);

test.each([
  ['YAML', 'cluster-id: lab\nbase-port: 31000\nenable_curve: true\nlinger: 0.5\nnats: [a:1, b:2]\n'],
  ['JSON', '{"cluster-id": "lab", "base-port": 31000, "enable-curve": true, "linger": 0.5, "nats": ["a:1", "b:2"]}'],
])('%s', async (_, text) => {
  const { values, given } = await parse(text);
  expect(values).toMatchObject({
    clusterId: 'lab',
    basePort: 31_000,
    enableCurve: true,
    lingerS: 0.5,
    nats: 'a:1,b:2',
  });
  expect(given.basePort).toBe('file');
});

test('an empty file, and none, give the defaults', async () => {
  expect((await parse('')).values).toMatchObject({ clusterId: 'muster' });
  expect((await parseWithFile(table, [], {})).values).toEqual(defaults);
});

test('option over environment over file, and the file may be named by the environment', async () => {
  const MUSTER_CONFIG = file('cluster-id: a\nbase-port: 1\nnats: a');
  const env = { MUSTER_CONFIG, MUSTER_CLUSTER_ID: 'b', MUSTER_BASE_PORT: '2' };
  const { values } = await parseWithFile(table, ['--cluster-id=c'], env);
  expect(values).toMatchObject({ clusterId: 'c', basePort: 2, nats: 'a' });
});

test.each([
  ['base-prot: 3', 'Did you mean base-port?'],
  ['nothing-like-it-at-all: 3', 'there is no setting nothing-like'],
  ['base-port: many', "base-port: 'many' is not an integer"],
  ['base-port:', 'no value'],
  ['base-port: {a: 1}', ':1: base-port: this object is not an integer from 1'],
  ['- a', 'no list of settings'],
  ['a text', 'no list of settings'],
  ['x: &a 1\ny: *a', 'aliases'],
  [`x: ${'y'.repeat(1_000_001)}`, 'larger than'],
])('%.30j is refused', async (text, why) => {
  await expect(parse(text)).rejects.toMatchObject({ message: expect.stringContaining(why) });
});

test('a file that is no YAML is refused by its line, without what stands there', async () => {
  await expect(parse('a: 1\nkey: "secret\nb: [')).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringMatching(/^(?!.*secret).*settings:\d: is not YAML/),
  });
});

test('a file that is not there', async () => {
  await expect(parseWithFile(table, [`--config=${folder}/none`], {})).rejects.toMatchObject({ code: 'bad_config' });
});

test('a secret is taken from a file or the environment, and refused as an option', async () => {
  expect((await parse('key: s3')).values.key).toBe('s3');
  expect((await parse('', [], { MUSTER_KEY: 's4' })).values.key).toBe('s4');
  await expect(parse('', ['--key=hush'])).rejects.toMatchObject({
    message: expect.not.stringContaining('hush'),
    remedy: 'Set $MUSTER_KEY, or name a file that holds it: --key-file=FILE.',
  });
});

test('the session key', () => {
  expect(readSessionKey({ key: ' k ', keyFile: '' })).toBe('k');
  expect(readSessionKey({ key: 'k', keyFile: file('other\n') })).toBe('other');
  expect(() => readSessionKey({ key: '', keyFile: '' })).toThrow('no session key');
  expect(() => readSessionKey({ key: 'k', keyFile: file(' \n') })).toThrow('is empty');
  expect(() => readSecret('', join(folder, 'none'), 'key-file')).toThrow('--key-file: ENOENT');
});

test('NATS', () => {
  const read = (given: Partial<typeof defaults>) => readNatsAddress({ ...defaults, ...given });
  expect(read({})).toEqual({ servers: ['nats://127.0.0.1:4222'] });
  expect(read({ nats: 'a, b,', natsUser: 'u', natsPassword: 'p' })).toEqual({
    servers: ['a', 'b'],
    auth: { user: 'u', password: 'p' },
  });
  expect(read({ natsTokenFile: file('t'), natsCaFile: file('t') })).toMatchObject({
    auth: { token: 't' },
    tls: { ca: 't' },
  });
  expect(() => read({ natsPassword: 'p' })).toThrow('no user');
  expect(() => read({ natsUser: 'u', natsToken: 't' })).toThrow('not both');
  expect(() => read({ natsCaFile: join(folder, 'none') })).toThrow('--nats-ca-file');
});

test('a secret that the original takes as an option is taken with a warning, and without one from elsewhere', () => {
  const settings = {
    secretKey: { name: 'C.key', env: 'C_KEY', type: 'text', secret: 'warned', default: '', description: '' },
  } as const satisfies SettingsTable;
  const { values, warnings } = parseCommandLine(settings, ['--C.key=abc'], {});
  expect(values.secretKey).toBe('abc');
  expect(warnings).toEqual([expect.stringMatching(/^(?!.*abc).*--C\.key shows a secret.*\$C_KEY/)]);
  expect(parseCommandLine(settings, [], { C_KEY: 'abc' })).toMatchObject({
    values: { secretKey: 'abc' },
    warnings: [],
  });
});
