// Profiles and their config files; and clusters in the background, as Python's commands see them.
import { join } from 'node:path';
import { expect } from 'vitest';
import { compute } from './compute.ts';
import { end, endAll, newDesk, untilGone } from './desk.ts';
import { engineFile, filesIn } from './files.ts';
import { meets } from './meets.ts';
import { python } from './parts.ts';

meets([3, 4], async () => {
  await using desk = await newDesk();
  const folder = '~/.ipython/profile_myprofile';
  await desk.must('muster profile create --parallel --profile=myprofile');
  const configs = ['ipcluster', 'ipcontroller', 'ipengine'].map((name) => `${name}_config.ts`);
  const folders = ['security', 'log', 'pid', 'startup', 'db'];
  expect(await filesIn(desk, folder)).toEqual(expect.arrayContaining([...configs, ...folders]));
  expect(JSON.parse(await desk.must('muster profile list --json'))).toEqual(
    expect.arrayContaining([expect.objectContaining({ profile: 'myprofile' })]),
  );
  const names = ['IPClusterEngines.n', 'HubFactory.ip', 'IPEngineApp.work_dir'];
  for (const [i, config] of configs.entries()) {
    const text = await desk.read(`${folder}/${config}`);
    const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
    expect(code).not.toMatch(/\bc\.\w+\.\w+ = /);
    const name = names[i]!.split('.')[1]!;
    expect(text).toMatch(RegExp(`^\\s*// ?c\\.\\w+\\.${name} = `, 'm'));
    expect(text).toMatch(/Default/);
  }
  // As made, it changes nothing.
  await using plain = await desk.start('ipcluster start --profile=myprofile -n 1');
  await plain.says('Cluster is ready', 60_000);
  await end(plain);
  // Settings are added at the end, as people do.
  await desk.must(`mkdir work && echo 'c.IPClusterEngines.n = 2;' >>${folder}/ipcluster_config.ts`);
  await desk.must(`echo "c.HubFactory.location = 'myhost';" >>${folder}/ipcontroller_config.ts`);
  await desk.must(`echo "c.IPEngineApp.work_dir = '${desk.home}/work';" >>${folder}/ipengine_config.ts`);
  await using cluster = await desk.start('ipcluster start --profile=myprofile');
  await cluster.says('Cluster is ready', 60_000);
  expect(await engineFile(desk, folder)).toMatchObject({ location: 'myhost' });
  await using one = await desk.start('ipengine --profile=myprofile');
  const answers = await compute(desk, { n: 3, cluster: { profile: 'myprofile' } });
  expect(answers.map((answer) => answer.product)).toEqual([42, 42, 42]);
  expect(answers.map((answer) => answer.folder)).toContain(join(desk.home, 'work'));
  await endAll([one], [cluster]);
  // None is named: the default one, where all this does not hold.
  await using controller = await desk.start('ipcontroller');
  expect((await engineFile(desk)).location).not.toBe('myhost');
  await end(controller);
});

meets('python', async () => {
  await using desk = await newDesk();
  const profileDir = join(desk.home, '.ipython/profile_default');
  const started = await desk.run('ipcluster start -n 2 --daemonize');
  expect(started.code, started.output).toBe(0);
  expect(await desk.must(`${python} -m ipyparallel.cluster list`)).toMatch(/default\s.*\bTrue\b.*\b2\b/);
  expect(await desk.must('ipcluster list')).toMatch(/default\s.*\bTrue\b.*\b2\b/);
  const script = join(import.meta.dirname, '../python/from_file.py');
  const said = await desk.must(`${python} ${script} ${profileDir}/security/cluster-.json`);
  expect(JSON.parse(said.trim().split('\n').at(-1)!)).toEqual({ said: ['42\n', '42\n'], launched: 2 });
  await untilGone(started);
  expect(JSON.parse(await desk.must('ipcluster list --json'))).toEqual([]);
});

meets(
  [
    'IPClusterEngines.engine_launcher_class',
    'IPClusterEngines.engine_set_launcher',
    'IPClusterStart.controller_launcher',
  ],
  async () => {
    await using desk = await newDesk();
    const config = '~/.ipython/profile_default/ipcluster_config.ts';
    const launchers: readonly (readonly [lines: string, warns: readonly string[]])[] = [
      ["c.IPClusterEngines.engine_launcher_class = 'MPI';", []],
      ["c.IPClusterEngines.engine_launcher_class = 'MPIEngineSetLauncher';", []],
      ["c.IPClusterEngines.engine_launcher_class = 'IPython.parallel.apps.launcher.MPIEngineSetLauncher';", []],
      [
        "c.IPClusterEngines.engine_set_launcher = 'MPI';\nc.IPClusterStart.controller_launcher = 'MPI';",
        ['engine_launcher_class', 'controller_launcher_class'],
      ],
    ];
    for (const [lines, warns] of launchers) {
      await desk.write(config, `${lines}\n`);
      const started = await desk.run('ipcluster start -n 1 --daemonize');
      expect(started.code, started.output).toBe(0);
      for (const name of warns) expect(started.output).toMatch(RegExp(`is an old name: say \\w+\\.${name}`));
      if (warns.length === 0) expect(started.output).not.toMatch(/old name/);
      const file = JSON.parse(await desk.read('~/.ipython/profile_default/security/cluster-.json'));
      expect(file.engines.class).toBe('mpi');
      expect(file.controller.class).toBe(warns.length === 0 ? 'local' : 'mpi');
      expect(await compute(desk, { n: 1, expression: 'process.env.OMPI_COMM_WORLD_SIZE' })).toMatchObject([
        { product: 42, value: '1' },
      ]);
      await desk.must('ipcluster stop');
      await untilGone(started);
    }
  },
);
