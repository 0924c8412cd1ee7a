// The classes of settings as ipyparallel derives them (§9, 7.6): what is set for one holds for those derived from it.

/** Programs that have a config file in a profile, `PROGRAM_config.ts` and the like. */
export const configPrograms = ['ipcluster', 'ipcontroller', 'ipengine'] as const;
export type ConfigProgram = (typeof configPrograms)[number];

const application = ['BaseParallelApplication'];
const batch = ['BatchSystemLauncher'];

const parents: Readonly<Record<string, readonly string[]>> = {
  BaseIPythonApplication: ['Application'],
  BaseParallelApplication: ['BaseIPythonApplication'],
  IPController: application,
  IPControllerApp: application,
  IPEngine: application,
  IPEngineApp: application,
  IPCluster: application,
  IPClusterApp: application,
  IPClusterEngines: ['Cluster', ...application],
  IPClusterStart: ['IPClusterEngines'],
  IPClusterStop: application,
  IPClusterClean: application,
  IPClusterList: application,
  IPClusterStatus: application,
  IPClusterRestart: application,
  IPClusterLogs: application,
  HubFactory: ['RegistrationFactory'],
  EngineFactory: ['RegistrationFactory'],
  DictDB: ['BaseDB'],
  NoDB: ['BaseDB'],
  SQLiteDB: ['BaseDB'],
  MongoDB: ['BaseDB'],
  ControllerLauncher: ['BaseLauncher'],
  EngineLauncher: ['BaseLauncher'],
  LocalProcessLauncher: ['BaseLauncher'],
  LocalControllerLauncher: ['ControllerLauncher', 'LocalProcessLauncher'],
  LocalEngineLauncher: ['EngineLauncher', 'LocalProcessLauncher'],
  LocalEngineSetLauncher: ['LocalEngineLauncher'],
  MPILauncher: ['LocalProcessLauncher'],
  MPIControllerLauncher: ['MPILauncher', 'ControllerLauncher'],
  MPIEngineSetLauncher: ['MPILauncher', 'EngineLauncher'],
  SSHLauncher: ['LocalProcessLauncher'],
  SSHControllerLauncher: ['SSHLauncher', 'ControllerLauncher'],
  SSHEngineLauncher: ['SSHLauncher', 'EngineLauncher'],
  SSHEngineSetLauncher: ['LocalEngineSetLauncher', 'SSHLauncher'],
  SSHProxyEngineSetLauncher: ['SSHLauncher', 'EngineLauncher'],
  WindowsHPCLauncher: ['BaseLauncher'],
  WindowsHPCControllerLauncher: ['WindowsHPCLauncher'],
  WindowsHPCEngineSetLauncher: ['WindowsHPCLauncher', 'EngineLauncher'],
  BatchSystemLauncher: ['BaseLauncher'],
  PBSLauncher: batch,
  SGELauncher: ['PBSLauncher'],
  LSFLauncher: batch,
  SlurmLauncher: batch,
  HTCondorLauncher: batch,
  ...Object.fromEntries(
    ['PBS', 'SGE', 'LSF', 'Slurm', 'HTCondor'].flatMap((system) => [
      [`${system}ControllerLauncher`, [`${system}Launcher`, 'ControllerLauncher']],
      [`${system}EngineSetLauncher`, [`${system}Launcher`, 'EngineLauncher']],
    ]),
  ),
};

const parentsOf = (name: string): readonly string[] => (Object.hasOwn(parents, name) ? (parents[name] ?? []) : []);

/** Classes that it is derived from, nearest first. */
export function ancestorsOf(name: string): ReadonlySet<string> {
  const found = new Set(parentsOf(name));
  for (const one of found) for (const next of parentsOf(one)) found.add(next);
  return found;
}

/** How specific a class is: 0 for one that is derived from nothing. */
export const depthOf = (name: string): number => Math.max(-1, ...parentsOf(name).map(depthOf)) + 1;

const owners: readonly (readonly [ConfigProgram, RegExp])[] = [
  ['ipcontroller', /^(IPController(App)?|HubFactory|Hub|HeartMonitor|TaskScheduler|(Base|Dict|No|SQLite|Mongo)DB)$/],
  ['ipengine', /^(IPEngine(App)?|EngineFactory|MPI|IPythonKernel|Kernel|InteractiveShell)$/],
  ['ipcluster', /^(IPCluster\w*|Cluster(Manager)?|\w+Launcher)$/],
];

/** The one program whose class it is; undefined: that of several, or none of ours. */
export const ownerOf = (name: string): ConfigProgram | undefined => owners.find(([, form]) => form.test(name))?.[0];

/** The class of a program or command as a whole, which has also the settings of the classes that it is derived from. */
export const isAppClass = (name: string): boolean => ancestorsOf(name).has('Application');
