// Clusters on a real Open MPI of this machine.
import { expect } from 'vitest';
import { compute, computeFromPython } from './compute.ts';
import { end, newDesk } from './desk.ts';
import { filesIn } from './files.ts';
import { meets } from './meets.ts';
import { python } from './parts.ts';

/** Rank and size that mpiexec gave to an engine. */
const rankOfNode = '[process.env.OMPI_COMM_WORLD_RANK, process.env.OMPI_COMM_WORLD_SIZE].map(Number)';

meets(7, async () => {
  await using desk = await newDesk();
  await using cluster = await desk.start('ipcluster start --engines=MPI -n 2');
  await cluster.says('Cluster is ready', 60_000);
  const answers = await compute(desk, { n: 2, expression: rankOfNode });
  expect(answers.map(({ value, product }) => [value, product])).toEqual([
    [[0, 2], 42],
    [[1, 2], 42],
  ]);
  await end(cluster);
});

meets([8, 'IPClusterStart.controller_launcher_class: MPI'], async () => {
  await using desk = await newDesk();
  const profile = '~/.ipython/profile_mpi';
  await desk.write(
    `${profile}/ipcluster_config.ts`,
    [
      "c.IPClusterEngines.engine_launcher_class = 'MPIEngineSetLauncher';",
      "c.IPClusterStart.controller_launcher_class = 'MPIControllerLauncher';",
    ].join('\n'),
  );
  await using cluster = await desk.start('ipcluster start -n 4 --profile=mpi');
  await cluster.says('Cluster is ready', 60_000);
  const answers = await compute(desk, { n: 4, cluster: { profile: 'mpi' }, expression: rankOfNode });
  expect(answers.map(({ value }) => value)).toEqual([0, 1, 2, 3].map((rank) => [rank, 4]));
  expect(await filesIn(desk, `${profile}/security`)).toEqual(expect.arrayContaining(['cluster-.json']));
  await end(cluster);
});

meets(['MPI.use', 'MPI.init_script'], async () => {
  await using desk = await newDesk();
  const own =
    'from mpi4py import MPI; mpi_size = MPI.COMM_WORLD.Get_size(); mpi_rank = MPI.COMM_WORLD.Get_rank(); own = 1';
  const lines: readonly (readonly [profile: string, line: string, expression: string])[] = [
    ['named', "c.MPI.use = 'mpi4py';", '__import__("mpi4py.MPI").MPI.COMM_WORLD.Get_rank()'],
    [
      'written',
      `c.MPI.use = 'own';\nc.MPI.init_script = '${own}';`,
      '__import__("mpi4py.MPI").MPI.COMM_WORLD.Get_rank()',
    ],
  ];
  for (const [profile, line, expression] of lines) {
    const folder = `~/.ipython/profile_${profile}`;
    await desk.write(`${folder}/ipcluster_config.ts`, "c.IPClusterEngines.engine_launcher_class = 'MPI';");
    await desk.write(
      `${folder}/ipengine_config.ts`,
      `c.IPEngineApp.kernel = 'python';\nc.IPEngineApp.python = '${python}';\n${line}`,
    );
    await using cluster = await desk.start(`ipcluster start -n 2 --profile=${profile}`);
    await cluster.says('Cluster is ready', 60_000);
    const answers = await computeFromPython(desk, { n: 2, cluster: { profile }, kernel: 'python', expression });
    expect(answers.map(({ value, product }) => [value, product])).toEqual([
      [0, 42],
      [1, 42],
    ]);
    await end(cluster);
  }
});
