// What "Starting the IPython controller and engines" has people do, line by line, and what has to come of it.

/** The command lines. */
const commandRows = {
  1: 'ipcluster start -n 4',
  2: 'ipcluster -h',
  3: 'muster profile create --parallel --profile=myprofile',
  4: 'ipcluster, ipcontroller, ipengine --profile=myprofile',
  5: 'ipcontroller --ip=*',
  6: 'ipcontroller --ip=ADDRESS',
  7: 'ipcluster start --engines=MPI',
  8: 'ipcluster start -n 4 --profile=mpi',
  9: 'ipcluster start --profile=pbs -n 128',
  10: 'ipcontroller, then ipengine several times',
  11: 'ipengine --file=/path/to/my/ipcontroller-engine.json',
  12: 'ipcontroller --engine-ssh=user@host',
  13: 'ipengine --profile=foo --ssh=host',
  14: 'node1 ipcontroller --engine-ssh=node1, node2 ipengine, node3 ipcluster engines --n=4',
  15: 'scp the engine file, then ipengine --file=./ipcontroller-engine.json',
  16: 'scp the engine file into a profile, then ipengine --profile=ssh',
  17: 'ipcontroller --reuse',
  18: 'ipcontroller --nodb',
  19: 'two controllers on one host',
} as const;

/** The settings of config files: name (or the first of those that belong together) → what it is for. */
const configLines = {
  'HubFactory.ip': "'*', or an address",
  'HubFactory.location': 'how others reach the controller',
  'HubFactory.ssh_server': 'through whom clients tunnel',
  'IPClusterEngines.engine_launcher_class': 'three forms of one name',
  'IPClusterEngines.engine_set_launcher': 'works, and says what it is called now',
  'IPClusterStart.controller_launcher': 'works, and says what it is called now',
  'IPClusterStart.controller_launcher_class: MPI': 'controller by mpiexec',
  'IPClusterStart.controller_launcher_class: PBS': 'controller as a job',
  'IPClusterStart.controller_launcher_class: SSH': 'controller on another machine',
  'IPClusterEngines.n': 'how many engines',
  'MPI.use': 'MPI set up in Python engines by name',
  'MPI.init_script': 'MPI set up in Python engines by own code',
  'PBSEngineSetLauncher.batch_template_file': 'own script for engines, as a file',
  'PBSControllerLauncher.batch_template_file': 'own script for the controller, as a file',
  'PBSLauncher.batch_template': 'own scripts as text, with keys and sums on them',
  'PBSLauncher.queue': 'the queue of the default script',
  'SSHControllerLauncher.hostname': 'where, with user and controller_args',
  'SSHEngineSetLauncher.engines': 'how many on each host, with own arguments',
  'SSHEngineSetLauncher.engine_args': 'arguments of all the others',
  'SSHLauncher.to_send': 'own lists of files, in place of the connection files',
  'SSHLauncher.to_fetch': 'own lists of files, in place of the connection files',
  'HubFactory.db_class: DictDB': 'in memory',
  'HubFactory.db_class: SQLiteDB': 'in a file',
  'HubFactory.db_class: MongoDB': 'in a database',
  'HubFactory.db_class: NoDB': 'nowhere',
  'SQLiteDB.table': 'tasks of one session are there in the next',
  'MongoDB.database': 'tasks of one session are there in the next',
  'MongoDB.connection_args': 'for the driver, as connection_kwargs',
  'IPEngineApp.startup_command': 'run at each start of an engine',
  'IPEngineApp.startup_script': 'run at each start of an engine',
  'IPEngineApp.work_dir': 'where engines run',
} as const;

/** What else it says. */
const promises = {
  'connection file': 'url and exec_key stand beside the fields of today',
  files: 'connection files, logs of every component and pid files in the folders of the profile',
  loopback: 'nothing else is listened on unless asked for',
  python: "Python's ipcluster list shows the cluster, its Cluster.from_file connects and stops",
  database: 'results of tasks of another client are got, and tasks are submitted again',
} as const;

export type Row = keyof typeof commandRows | keyof typeof configLines | keyof typeof promises;

/** `row 7: ipcluster start --engines=MPI` */
export function titleOf(row: Row): string {
  if (typeof row === 'number') return `row ${row}: ${commandRows[row]}`;
  return row in promises ? `promise: ${row}` : `config: ${row}`;
}

export const allRows: readonly Row[] = [
  ...Object.keys(commandRows).map((row) => Number(row) as Row),
  ...(Object.keys(configLines) as Row[]),
  ...(Object.keys(promises) as Row[]),
];
