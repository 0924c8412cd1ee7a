import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { main } from '../muster.ts';
import { type Commands, createCommands } from '../testing/commands.ts';

let commands: Commands;
beforeEach(() => {
  commands = createCommands();
});
afterEach(() => commands.dispose());

/** In this process, for speed. */
async function run(line: string): Promise<{ status: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const listen = (stream: 'stdout' | 'stderr', to: 'out' | 'err') =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[to] += text;
      return true;
    });
  const spies = [listen('stdout', 'out'), listen('stderr', 'err')];
  try {
    const status = await main(line.split(' '), { HOME: process.env.HOME, IPYTHONDIR: commands.folder });
    return { status, ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
const dirOf = (name: string): string => join(commands.folder, `profile_${name}`);
const read = (name: string, file: string): string => readFileSync(join(dirOf(name), file), 'utf8');
const write = (name: string, file: string, text: string): void => {
  mkdirSync(dirOf(name), { recursive: true });
  writeFileSync(join(dirOf(name), file), text, { mode: 0o600 });
};

test('a profile is made as ipython would, with config files that set nothing', async () => {
  const { status, out, err } = await run('profile create --parallel --profile=mine');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  for (const part of ['security', 'log', 'pid', 'startup', 'db', 'static'])
    expect(statSync(join(dirOf('mine'), part)).isDirectory()).toBe(true);
  expect(statSync(join(dirOf('mine'), 'security')).mode & 0o777).toBe(0o700);
  for (const program of ['ipcluster', 'ipcontroller', 'ipengine'])
    expect(out).toContain(`made  ${join(dirOf('mine'), `${program}_config.ts`)}`);
  expect(read('mine', 'ipcontroller_config.ts')).toMatch(/^\/\/ c\.IPController\.ip = /m);
  expect(await run('profile show mine')).toMatchObject({
    status: 0,
    out: expect.stringContaining('sets nothing'),
  });
  expect((await commands.run('ipcluster', 'list', '--profile=mine')).err).toBe('');
});

test('what is there is kept, and by --reset kept under another name', async () => {
  write('mine', 'ipengine_config.yaml', 'IPEngine.work_dir: /tmp\n');
  await run('profile create mine');
  write('mine', 'ipcluster_config.ts', 'c.Cluster.n = 3;\n');
  expect((await run('profile create mine')).out).toContain(`kept  ${join(dirOf('mine'), 'ipengine_config.yaml')}`);
  expect(read('mine', 'ipcluster_config.ts')).toBe('c.Cluster.n = 3;\n');
  expect(existsSync(join(dirOf('mine'), 'ipengine_config.ts'))).toBe(false);
  const { out } = await run('profile create mine --reset');
  expect(out).toContain('kept the old one as');
  expect(read('mine', 'ipcluster_config.ts.1.bak')).toBe('c.Cluster.n = 3;\n');
  expect(read('mine', 'ipengine_config.yaml.1.bak')).toContain('work_dir');
  await run('profile create mine --reset');
  expect(existsSync(join(dirOf('mine'), 'ipcluster_config.ts.2.bak'))).toBe(true);
  expect((await run('profile show mine')).out).toContain('sets nothing');
});

test('a folder that cannot be made is refused with the reason', async () => {
  writeFileSync(dirOf('mine'), '');
  expect(await run('profile create mine')).toMatchObject({
    status: 1,
    err: expect.stringContaining('a file is where a folder'),
  });
  expect(await run('profile create ../mine')).toMatchObject({
    status: 1,
    err: expect.stringContaining('--profile-dir'),
  });
  expect(await run('profile create a b')).toMatchObject({
    status: 2,
    err: expect.stringContaining('Unexpected argument: b'),
  });
  expect(await run('profile creat a')).toMatchObject({
    status: 2,
    err: expect.stringContaining("'muster profile create'"),
  });
});

test('lists say what there is', async () => {
  await run('profile create');
  await run('profile create mine');
  expect(JSON.parse((await run('profile list --json')).out)).toEqual(
    ['default', 'mine'].map((name) => ({
      profile: name,
      profile_dir: dirOf(name),
      config_files: ['ipcluster', 'ipcontroller', 'ipengine'].map((one) => join(dirOf(name), `${one}_config.ts`)),
      running: [],
    })),
  );
  expect((await run('profile list')).out).toMatch(/^mine +- +ipcluster\.ts ipcontroller\.ts ipengine\.ts +\/.*$/m);
  expect((await run('profile path mine')).out).toBe(`${dirOf('mine')}\n`);
});

test('what is set is shown, and where', async () => {
  write('mine', 'ipcluster_config.ts', 'c.IPClusterEngines.n = 8;\nc.Cluster.delay = 0;\n');
  write('mine', 'ipcontroller_config.json', '{"HubFactory": {"ip": "*"}}');
  const { out } = await run('profile show mine --json');
  expect(JSON.parse(out)).toEqual([
    { program: 'ipcluster', name: 'Cluster.n', value: 8, from: join(dirOf('mine'), 'ipcluster_config.ts') },
    {
      program: 'ipcontroller',
      name: 'IPController.ip',
      value: '*',
      from: join(dirOf('mine'), 'ipcontroller_config.json'),
    },
  ]);
  expect((await run('profile show mine')).out).toContain('    Cluster.n = 8\n');
});

test('a profile is deleted with all in it, and nothing else is', async () => {
  await run('profile create mine');
  expect(await run('profile delete mine')).toMatchObject({ status: 1, err: expect.stringContaining('--yes') });
  write('mine', 'history.sqlite', '');
  expect(await run('profile delete mine --yes')).toMatchObject({
    status: 1,
    err: expect.stringContaining('history.sqlite'),
  });
  expect(await run('profile delete mine --yes --force')).toMatchObject({ status: 0 });
  expect(existsSync(dirOf('mine'))).toBe(false);

  write('other', 'letter.txt', '');
  mkdirSync(join(dirOf('other'), 'security'));
  symlinkSync(dirOf('other'), dirOf('linked'));
  for (const [line, why] of [
    ['other --yes --force', 'it has no log, pid'],
    ['linked --yes --force', 'is a link'],
    ['none --yes', 'muster profile create none'],
    ['--yes', 'Which profile'],
    [`--yes --force --profile-dir=${commands.folder}`, 'is not a profile folder'],
    ['--profile-dir=/ --yes --force', 'holds your home folder'],
    ['../x --yes', 'not the name of a profile'],
    ['other mine --yes', 'Unexpected argument: mine'],
    ['other --profile=mine --yes', 'named twice'],
  ])
    expect(await run(`profile delete ${line}`), line).toMatchObject({
      out: '',
      err: expect.stringContaining(why!),
    });
  expect(existsSync(join(dirOf('other'), 'letter.txt'))).toBe(true);
});

test('a profile in which a controller runs is not deleted', async () => {
  const controller = commands.begin(['ipcontroller', '--cluster-id=x']);
  await controller.saying('connection files written');
  expect(await run('profile delete default --yes --force')).toMatchObject({
    status: 10,
    err: expect.stringContaining("'x'"),
  });
  expect(JSON.parse((await run('profile list --json')).out)).toMatchObject([{ running: ['x'] }]);
  controller.child.kill('SIGTERM');
  await controller.ended;
  expect(await run('profile delete default --yes')).toMatchObject({ status: 0 });
});

const python = `# Configuration file for ipcluster.
c = get_config()  #noqa
import os
c.IPClusterEngines.engine_launcher_class = 'SSHEngineSetLauncher'
c.SSHEngineSetLauncher.engines = {'host1': 2, 'host2': 1}
c.IPClusterEngines.n = os.cpu_count()
c.IPClusterEngines.nn = 4
c.Cluster.delay = 'soon'
c.HubFactory.ip = '*'
c.PBSEngineSetLauncher.batch_template = """#PBS -N ipython
#PBS -l nodes={n//4}:ppn=4  \\\\ \`\${x}\`
{n}
"""
c.IPClusterEngines.n = 3
`;

test('a config file of Python is taken over, and what could not be is listed by line', async () => {
  write('mine', 'ipcluster_config.py', python);
  write('mine', 'ipengine_config.py', '# c.IPEngine.timeout = 5\nc = get_config()\n');
  expect((await run('profile create mine')).out).toContain(
    'Settings in Python (ipcluster_config.py) are not read. To take them over: muster profile import --profile=mine',
  );
  const { status, out, err } = await run('profile import --profile=mine');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(out).toContain('4 settings taken over, 5 places left out');
  for (const [line, why] of [
    [3, 'it is an import'],
    [6, 'it is an expression'],
    [7, 'there is no setting IPClusterEngines.nn'],
    [8, "'soon' is not a number"],
    [9, 'it is a setting of ipcontroller: put it into ipcontroller_config.ts'],
  ])
    expect(out).toMatch(new RegExp(`line ${line}: .*\\n +left out: .*${why}`));
  expect(JSON.parse((await run('profile show mine --json')).out)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'Cluster.n', value: 3 }),
      expect.objectContaining({ value: { host1: 2, host2: 1 } }),
      expect.objectContaining({ value: `#PBS -N ipython\n#PBS -l nodes={n//4}:ppn=4  \\ \`\${x}\`\n{n}\n` }),
    ]),
  );
  expect(await run('profile import --profile=mine')).toMatchObject({
    status: 1,
    err: expect.stringContaining('--reset'),
  });
  expect((await run('profile import --profile=mine --reset')).out).toContain('kept the old one as');
});

test('nothing in a file of Python gets out of a comment or a text', async () => {
  const file = join(commands.folder, 'ipcontroller_config.py');
  const hostile = 'throw new Error("out");//';
  writeFileSync(
    file,
    `import x # \u2028${hostile}\nc.HubFactory.location = '\u2028\\u2028\\';${hostile}\\n\`;${hostile}'\n`,
  );
  expect(await run(`profile import ${file} --profile=mine`)).toMatchObject({ status: 0 });
  const [shown] = JSON.parse((await run('profile show mine --json')).out);
  expect(shown.value).toBe(`\u2028\u2028';${hostile}\n\`;${hostile}`);
});

test('what cannot be imported is refused', async () => {
  writeFileSync(join(commands.folder, 'binary_config.py'), '');
  writeFileSync(join(commands.folder, 'ipcluster_config.py'), Buffer.from([0xff, 0xfe]));
  for (const [line, why] of [
    ['', 'muster profile create default'],
    [join(commands.folder, 'binary_config.py'), 'Name it one of: ipcluster_config.py'],
    [join(commands.folder, 'ipcluster_config.py'), 'cannot be read'],
    [join(commands.folder, 'ipengine_config.py'), 'no such file'],
  ])
    expect(await run(`profile import ${line}`.trim())).toMatchObject({
      status: 1,
      err: expect.stringContaining(why!),
    });
  expect(existsSync(dirOf('default'))).toBe(false);
  await run('profile create mine');
  expect((await run('profile import --profile=mine')).err).toContain('is none of ipcluster_config.py');
});
