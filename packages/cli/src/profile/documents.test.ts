// The examples of "Starting the IPython controller and engines", in Python as they stand there.
import type { ConfigProgram } from '@muster/config';
import { expect, test } from 'vitest';
import { takeOver } from './take-over.ts';

const examples: readonly (readonly [ConfigProgram, string])[] = [
  ['ipcontroller', "c.HubFactory.ip = '*'"],
  ['ipcontroller', "c.HubFactory.location = '10.0.1.5'"],
  ['ipcontroller', "c.HubFactory.ssh_server = 'login.mycluster.net'"],
  ['ipcontroller', "c.HubFactory.db_class = 'IPython.parallel.controller.mongodb.MongoDB'"],
  ['ipcontroller', "c.HubFactory.db_class = 'DictDB'"],
  ['ipcontroller', "c.HubFactory.db_class = 'ipyparallel.controller.sqlitedb.SQLiteDB'"],
  ['ipcontroller', "c.MongoDB.database = 'tasks'"],
  ['ipcontroller', "c.MongoDB.connection_args = ['localhost', 27017]"],
  ['ipcontroller', "c.MongoDB.connection_kwargs = {'w': 1}"],
  ['ipcontroller', "c.SQLiteDB.table = 'tasks'"],
  ['ipcluster', "c.IPClusterEngines.engine_launcher_class = 'SSH'"],
  ['ipcluster', "c.IPClusterEngines.engine_launcher_class = 'SSHEngineSetLauncher'"],
  ['ipcluster', "c.IPClusterEngines.engine_launcher_class = 'IPython.parallel.apps.launcher.SSHEngineSetLauncher'"],
  ['ipcluster', "c.IPClusterEngines.engine_set_launcher = 'SSHEngineSetLauncher'"],
  ['ipcluster', "c.IPClusterStart.controller_launcher = 'PBSControllerLauncher'"],
  ['ipcluster', "c.IPClusterStart.controller_launcher_class = 'MPIControllerLauncher'"],
  ['ipcluster', 'c.IPClusterEngines.n = 64'],
  ['ipcluster', "c.PBSEngineSetLauncher.batch_template_file = 'pbs.engine.template'"],
  ['ipcluster', "c.PBSControllerLauncher.batch_template_file = 'pbs.controller.template'"],
  [
    'ipcluster',
    'c.PBSEngineSetLauncher.batch_template = """#PBS -N ipython\n#PBS -l nodes={n//4}:ppn=4\ncd $PBS_O_WORKDIR\n"""',
  ],
  ['ipcluster', "c.PBSLauncher.queue = 'veryshort.q'"],
  ['ipcluster', "c.SSHControllerLauncher.hostname = 'controller.host'"],
  ['ipcluster', "c.SSHControllerLauncher.user = 'me'"],
  ['ipcluster', "c.SSHControllerLauncher.controller_args = ['--reuse', '--ip=*']"],
  [
    'ipcluster',
    "c.SSHEngineSetLauncher.engines = { 'host1.example.com' : 2,\n            'host3.example.com' : (1, ['--profile-dir=/home/different/location']) }",
  ],
  ['ipcluster', "c.SSHEngineSetLauncher.engine_args = ['--profile-dir=/path/to/profile_ssh']"],
  ['ipcluster', "c.SSHLauncher.to_send = [('a.json', 'b.json')]"],
  ['ipcluster', 'c.SSHLauncher.to_fetch = []'],
  ['ipengine', "c.MPI.use = 'mpi4py'"],
  ['ipengine', 'c.MPI.init_script = """\nfrom mpi4py import MPI\n"""'],
  ['ipengine', "c.IPEngineApp.startup_script = u'/path/to/my/startup.py'"],
  ['ipengine', "c.IPEngineApp.startup_command = 'import numpy, scipy, mpi4py'"],
  ['ipengine', "c.IPEngineApp.work_dir = u'/scratch'"],
];

test.each(examples)('%s: %s', async (program, line) => {
  const { settings, leftOut, text } = await takeOver('x_config.py', program, `c = get_config()\n${line}\n`);
  expect(leftOut).toEqual([]);
  expect(settings).toHaveLength(1);
  expect(text).toContain(`c.${settings[0]?.name} = `);
});
