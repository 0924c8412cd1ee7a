import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configFileSettings, profileSettings } from './common-settings.ts';
import { type ProfileParseOptions, parseWithProfile } from './profile-config.ts';
import type { SettingsTable } from './settings.ts';

const table = {
  ip: {
    name: 'IPController.ip',
    otherNames: ['HubFactory.ip'],
    deprecatedNames: ['Hub.address'],
    flags: ['ip'],
    env: 'TEST_IP',
    type: 'text',
    default: '',
    description: '.',
  },
  port: { name: 'HubFactory.regport', flags: ['port'], type: 'integer', default: null, description: '.' },
  reuse: { name: 'IPController.reuse_files', type: 'boolean', default: false, description: '.' },
  key: { name: 'Session.key', env: 'TEST_KEY', type: 'text', secret: 'warned', default: '', description: '.' },
  engines: { name: 'SSHEngineSetLauncher.engines', type: 'map', default: {} as object, description: '.' },
  n: {
    name: 'IPClusterEngines.n',
    otherNames: ['IPClusterStart.n'],
    type: 'integer',
    default: 0,
    description: '.',
  },
  ...configFileSettings,
  ...profileSettings,
} as const satisfies SettingsTable;
const sibling = {
  all: { name: 'IPClusterStop.all_cluster_ids', flags: ['all'], type: 'boolean', default: false, description: '.' },
} as const satisfies SettingsTable;

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'muster-profile-config-'));
  folder = join(home, 'profile_default');
  mkdirSync(folder);
});
afterEach(() => rmSync(home, { recursive: true }));

const write = (name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const parse = (argv: string[] = [], env = {}, options: ProfileParseOptions = { program: 'ipcontroller' }) =>
  parseWithProfile(table, argv, { IPYTHONDIR: home, ...env }, options);
/** What `text` gives as config file of the profile. */
const given = (text: string, options?: ProfileParseOptions, extension = 'ts') => {
  write(`profile_default/${options?.program ?? 'ipcontroller'}_config.${extension}`, text);
  return parse([], {}, options);
};

test('option over environment over --config over the file of the profile', async () => {
  const own = write('profile_default/ipcontroller_config.ts', "c.HubFactory.ip = 'a'; c.HubFactory.regport = 1");
  const named = write('named.yaml', 'HubFactory.ip: b');
  expect(await parse()).toMatchObject({ values: { ip: 'a', port: 1 }, files: [own], given: { ip: 'file' } });
  const both = ['--config', named];
  expect(await parse(both)).toMatchObject({ values: { ip: 'b', port: 1 }, files: [own, named] });
  expect((await parse(both, { TEST_IP: 'c' })).values).toMatchObject({ ip: 'c', port: 1 });
  expect((await parse([...both, '--ip=d'], { TEST_IP: 'c' })).values).toMatchObject({ ip: 'd' });
});

test('the profile that is named has the file; without a folder or a file there are the defaults', async () => {
  mkdirSync(join(home, 'profile_b'));
  write('profile_b/ipcontroller_config.json', '{"HubFactory": {"ip": "b"}}');
  expect((await parse(['--profile=b'])).values.ip).toBe('b');
  expect((await parse(['--profile-dir', join(home, 'profile_b')])).values.ip).toBe('b');
  expect((await parse(['--config', write('x', 'profile: b')])).values.ip).toBe('b');
  expect(await parse()).toMatchObject({ values: { ip: '' }, files: [] });
  expect((await parse(['--profile=none'])).values.ip).toBe('');
  expect((await parse(['--help', '--profile=b'])).files).toEqual([]);
});

test('a profile that is named and is not there is refused where it is needed, with how to make it', async () => {
  const needing = (...argv: string[]) => parse(argv, {}, { program: 'ipcontroller', needsProfile: true });
  await expect(needing('--profile=none')).rejects.toMatchObject({
    code: 'no_profile',
    message: `There is no profile folder ${join(home, 'profile_none')}.`,
    remedy: expect.stringContaining('muster profile create none'),
  });
  const other = join(home, 'other');
  await expect(needing(`--profile-dir=${other}`)).rejects.toMatchObject({
    remedy: expect.stringContaining(`create --profile-dir=${other}`),
  });
  rmSync(folder, { recursive: true });
  expect((await needing()).files).toEqual([]);
});

test('two files for one program are refused, by their names; those of other programs do not matter', async () => {
  write('profile_default/ipcontroller_config.ts', '');
  write('profile_default/ipengine_config.yaml', 'no');
  write('profile_default/ipython_config.py', 'c.A.b = 1');
  await parse();
  write('profile_default/ipcontroller_config.json', '');
  await expect(parse()).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringMatching(/ipcontroller_config\.ts and .*ipcontroller_config\.json are both config files/),
  });
});

test('where a config file is minor, one that cannot be used is told and left out', async () => {
  const minor = (...argv: string[]) => parse(argv, {}, { program: 'ipcontroller', minorConfig: true });
  write('profile_default/ipcontroller_config.ts', "c.HubFactory.ip = '*'; throw new Error('wrong')");
  expect(await minor('--port=3')).toMatchObject({
    values: { ip: '', port: 3 },
    warnings: [expect.stringMatching(/: Error: wrong\..* Goes on without it\.$/)],
  });
  write('profile_default/ipcontroller_config.json', '');
  expect((await minor()).warnings).toEqual([expect.stringContaining('are both config files')]);
  await expect(minor('--config', '/nowhere')).rejects.toMatchObject({ code: 'bad_config' });
});

test("Python's file is not read, which is said when it sets something", async () => {
  write('profile_default/ipcontroller_config.py', '# c.HubFactory.ip = 1\nc = get_config()  # noqa\n\n');
  expect((await parse()).warnings).toEqual([]);
  write('profile_default/ipcontroller_config.py', 'c = get_config()\nc.HubFactory.ip = "*"\n');
  expect((await parse()).warnings).toEqual([
    expect.stringMatching(/ipcontroller_config\.py is Python .* muster profile import --profile=default$/),
  ]);
  const elsewhere = join(home, 'elsewhere');
  renameSync(folder, elsewhere);
  const { warnings } = await parse(['--profile-dir', elsewhere]);
  expect(warnings).toEqual([expect.stringMatching(/muster profile import --profile-dir=.*elsewhere$/)]);
  renameSync(elsewhere, folder);
  write('profile_default/ipcontroller_config.yaml', '');
  expect((await parse()).warnings).toEqual([]);
});

test.each<[string, string, object]>([
  ['ts', "c.HubFactory.ip = 'a'; c.IPController.ip = 'b';", { ip: 'b' }],
  ['ts', "c.IPController.ip = 'b'; c.HubFactory.ip = 'a';", { ip: 'b' }],
  ['ts', 'c.HubFactory.regport = null', { port: null }],
  ['ts', "c.HubFactory.regport = '7'", { port: 7 }],
  ['ts', 'c.SSHEngineSetLauncher.engines = { a: 2, b: [1, ["--x"]] }', { engines: { a: 2, b: [1, ['--x']] } }],
  ['ts', 'c.IPControllerApp.cluster_id = "x"', { clusterId: 'x' }],
  ['json', '{"IPController": {"reuse_files": true}, "version": 1}', { reuse: true }],
  ['yaml', 'IPController.reuse_files: yes', { reuse: true }],
  ['yaml', 'ip: 10.0.0.1\nport: 5', { ip: '10.0.0.1', port: 5 }],
  ['ts', "c.IPEngine.nonsense = 1; c.PBSLauncher.queue = 'q'; c.MPI.use = 'x'", {}],
])('%s: %s', async (extension, text, values) => {
  const line = await given(text, { program: 'ipcontroller' }, extension);
  expect(line.values).toMatchObject(values);
  expect(line.warnings).toEqual([]);
});

test('what is set for a command of ipcluster holds for it alone, what is set for IPClusterEngines for both', async () => {
  const text = 'c.IPClusterStart.n = 8; c.IPClusterEngines.n = 4; c.IPClusterStop.all_cluster_ids = true';
  const of = (appClass: string) => given(text, { program: 'ipcluster', appClass, siblings: [sibling] });
  expect((await of('IPClusterStart')).values.n).toBe(8);
  expect((await of('IPClusterEngines')).values.n).toBe(4);
  expect((await of('IPClusterList')).values.n).toBe(0);
});

test.each([
  ["\nc.Hub.address = 'x';", /ipcontroller_config\.ts:2: Hub\.address is an old name: say IPController\.ip\.$/],
  ["c.BaseIPythonApplication.profile = 'x'", /:1: BaseIPythonApplication\.profile has no effect in a config file of/],
  ["c.HeartMonitor.period = 3; c.Session.packer = 'json'", /Session\.packer has no effect here\.$/],
])('%s is told', async (text, warning) => {
  const { warnings, values } = await given(text);
  expect(warnings.at(-1)).toMatch(warning);
  expect(values.profile).toBe('');
});

test('a secret in a file that others can read is told, without the secret', async () => {
  const path = write('named.yaml', 'Session.key: abc');
  expect((await parse(['--config', path])).warnings).toEqual([]);
  rmSync(path);
  writeFileSync(path, 'Session.key: abc', { mode: 0o644 });
  const { warnings } = await parse(['--config', path]);
  if (process.platform !== 'win32') expect(warnings).toEqual([expect.stringMatching(/^(?!.*abc).*chmod 600 .*named/)]);
});

test.each([
  [
    'ts',
    '\nc.HubFactory.regprot = 1',
    /:2: there is no setting HubFactory\.regprot\. Did you mean HubFactory\.regport\?$/,
  ],
  ['ts', "c.HubFactry.ip = '*'", /:1: there is no setting HubFactry\.ip\. Did you mean HubFactory\.ip\?$/],
  ['ts', "c.Mine.own = '*'", /:1: there is no setting Mine\.own\.$/],
  [
    'ts',
    'export default {\n  HubFactory: {\n    regprot: 1 } }',
    /:3: there is no setting HubFactory\.regprot\. Did you/,
  ],
  ['yaml', '# ip\nHubFactory:\n  regprot: 1\n', /:3: there is no setting HubFactory\.regprot\. Did you mean/],
  ['json', '{\n"HubFactory":\n{"ipp": 1}}', /:3: there is no setting HubFactory\.ipp\. Did you mean HubFactory\.ip\?/],
  ['ts', "c.HubFactory.regport = 'x'", /:1: HubFactory\.regport: 'x' is not an integer\.$/],
  ['ts', 'c.HubFactory.regport = true', /:1: HubFactory\.regport: true is not an integer\.$/],
  ['ts', 'c.HubFactory.ip = () => 1', /:1: HubFactory\.ip: a function is not text\.$/],
  ['ts', 'c.HubFactory.ip = { a: 1 }', /:1: HubFactory\.ip: this object is not text\.$/],
  ['ts', 'c.HubFactory.ip = undefined', /:1: HubFactory\.ip: no value is not text\.$/],
  ['ts', "c.IPController.reuse_files = 'perhaps'", /:1: IPController\.reuse_files: 'perhaps' is not true or false/],
  ['ts', 'c.SSHEngineSetLauncher.engines = { a: () => 1 }', /:1: SSHEngineSetLauncher\.engines: this object is not/],
  ['ts', 'c.SSHEngineSetLauncher.engines = new Map()', /this object is not/],
  ['ts', 'const a: any = {}; a.a = a; c.SSHEngineSetLauncher.engines = a', /this object is not/],
  ['ts', "c.SSHEngineSetLauncher.engines = { a: 'x'.repeat(1_000_000) }", /this object is not/],
])('%s: %s is refused', async (extension, text, message) => {
  await expect(given(text, { program: 'ipcontroller' }, extension)).rejects.toMatchObject({
    code: 'bad_config',
    exitStatus: 1,
    message: expect.stringMatching(message),
  });
});

test.skipIf(process.platform === 'win32')(
  'a pipe is no config file of a profile, for it would be waited for',
  async () => {
    const [program, ...args] = ['mkfifo', join(folder, 'ipcontroller_config.yaml')] as const;
    execFileSync(program, args);
    await expect(parse()).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('no plain file'),
    });
  },
);

test('what is wrong on the command line is told before files are read', async () => {
  write('profile_default/ipcontroller_config.ts', 'this is wrong');
  await expect(parse(['--bogus'])).rejects.toMatchObject({ code: 'unknown_option' });
  await expect(parse()).rejects.toMatchObject({ code: 'bad_config' });
});
