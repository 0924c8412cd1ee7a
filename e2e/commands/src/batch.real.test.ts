// Clusters as jobs of a real Slurm by the commands of PBS, on two machines that share the folder of profiles.
import type { Machines, Slurm } from '@muster/lab';
import { createMachines, createSlurm } from '@muster/lab';
import type { TemporaryFolder } from '@muster/testkit';
import { temporaryFolder, until } from '@muster/testkit';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { compute } from './compute.ts';
import type { Desk } from './desk.ts';
import { deskOn, end } from './desk.ts';
import { meets } from './meets.ts';
import { nothingLeftOn } from './nothing-left.ts';
import { commandFolders, installed } from './parts.ts';

/** The document has 128, which are 256 processes: `COMMANDS_ENGINES=128` has them too. */
const n = Number(process.env.COMMANDS_ENGINES ?? 8);

let home: TemporaryFolder;
let machines: Machines;
let slurm: Slurm;
let desk: Desk;
beforeAll(async () => {
  home = await temporaryFolder('batch');
  machines = await createMachines(2, { shared: [...installed, home.path] });
  slurm = await createSlurm(machines.list, n);
  desk = deskOn(slurm.head, { IPYTHONDIR: home.path });
});
afterAll(async () => {
  await machines?.close();
  await home?.remove();
});
afterEach(async () => {
  // A job is on its way out a moment longer than its processes.
  await until(async () => (await desk.must('squeue -h')) === '', { what: 'an empty queue' });
  for (const machine of machines.list) await nothingLeftOn(machine);
});

const path = `export PATH=${commandFolders.join(':')}:$PATH`;
const controllerTemplate = `#!/bin/sh
#PBS -N ipython
#PBS -j oe
#PBS -l walltime=00:10:00
#PBS -l nodes=1:ppn=1
#PBS -q {queue}

cd $PBS_O_WORKDIR
${path}
ipcontroller --profile-dir={profile_dir}
`;
/** One node for `perNode` engines. */
const engineTemplate = (perNode: number): string => `#!/bin/sh
#PBS -N ipython
#PBS -j oe
#PBS -l walltime=00:10:00
#PBS -l nodes={n//${perNode}}:ppn=${perNode}
#PBS -q {queue}

cd $PBS_O_WORKDIR
${path}
mpiexec -n {n} ipengine --profile-dir={profile_dir} --work-dir={profile_dir}
`;
const launchers = [
  "c.IPClusterStart.controller_launcher_class = 'PBSControllerLauncher';",
  "c.IPClusterEngines.engine_launcher_class = 'PBSEngineSetLauncher';",
];
const everywhere = "c.HubFactory.ip = '*';\n";

meets(
  [
    9,
    'IPClusterStart.controller_launcher_class: PBS',
    'PBSEngineSetLauncher.batch_template_file',
    'PBSControllerLauncher.batch_template_file',
  ],
  async () => {
    const folder = `${home.path}/profile_pbs`;
    await desk.write(`${folder}/ipcontroller_config.ts`, everywhere);
    await desk.write(`${folder}/pbs.engine.template`, engineTemplate(n / 2));
    await desk.write(`${folder}/pbs.controller.template`, controllerTemplate);
    const lines = [
      ...launchers,
      `c.PBSLauncher.queue = '${slurm.queue}';`,
      "c.PBSEngineSetLauncher.batch_template_file = 'pbs.engine.template';",
      "c.PBSControllerLauncher.batch_template_file = 'pbs.controller.template';",
    ];
    await desk.write(`${folder}/ipcluster_config.ts`, lines.join('\n'));
    await using cluster = await desk.start(`ipcluster start --profile=pbs -n ${n}`);
    await cluster.says('Cluster is ready', 100_000);
    const jobs = (await desk.must('squeue -h -o "%D %T %P"')).trim().split('\n').sort();
    expect(jobs).toEqual([`1 RUNNING ${slurm.queue}`, `2 RUNNING ${slurm.queue}`]);
    const answers = await compute(desk, { n, cluster: { profile: 'pbs' } });
    expect(answers.map(({ product }) => product)).toEqual(Array(n).fill(42));
    expect(new Set(answers.map(({ folder: workDir }) => workDir))).toEqual(new Set([folder]));
    await end(cluster);
  },
);

meets(['PBSLauncher.batch_template', 'PBSLauncher.queue', 'IPClusterEngines.n'], async () => {
  // The controller's script is the default one, with the queue in it; the engines' stands in the config file.
  const folder = `${home.path}/profile_text`;
  await desk.write(`${folder}/ipcontroller_config.ts`, everywhere);
  const script = [
    ...['#!/bin/sh', '#PBS -l nodes=1:ppn={n+1}', '#PBS -q {queue}', path],
    'echo {n} {n//2} {2*n} {queue} {profile_dir} >{profile_dir}/rendered.txt',
    'for i in 1 2; do ipengine --profile-dir={profile_dir} & done; wait',
  ];
  const lines = [
    ...launchers,
    'c.IPClusterEngines.n = 2;',
    `c.PBSLauncher.queue = '${slurm.queue}';`,
    `c.PBSEngineSetLauncher.batch_template = ${JSON.stringify(script.join('\n'))};`,
  ];
  await desk.write(`${folder}/ipcluster_config.ts`, lines.join('\n'));
  await using cluster = await desk.start('ipcluster start --profile=text');
  await cluster.says('Cluster is ready', 100_000);
  expect(await desk.read(`${folder}/rendered.txt`)).toBe(`2 1 4 ${slurm.queue} ${folder}\n`);
  const answers = await compute(desk, { n: 2, cluster: { profile: 'text' } });
  expect(answers.map(({ product }) => product)).toEqual([42, 42]);
  await end(cluster);
});
