// What a Cluster is asked for, as settings: the same names, checks and config files as for ipcluster.
import type { CommandLine, Environment } from '@muster/config';
import { parseCommandLine, parseWithProfile } from '@muster/config';
import type { Json } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { ClusterProgress } from './progress.ts';
import { commandTables, startSettings } from './settings.ts';

export interface ClusterOptions {
  /** How many engines. Default: the profile's, else as many as this machine has processors. */
  readonly n?: number;
  /** What starts the engines: `local` (default), `MPI`, `PBS`, `SSH`, or a module's path. */
  readonly engines?: string;
  /** What starts the controller. */
  readonly controller?: string;
  /** Name of the profile: `~/.ipython/profile_NAME`. Default: `default`. */
  readonly profile?: string;
  /** Folder of the profile; goes before `profile`. */
  readonly profileDir?: string;
  /** Folder of the profiles. Default: $IPYTHONDIR, else `~/.ipython`. */
  readonly ipythonDir?: string;
  /** Tells it from others of the profile. Default: a new one. `''` is that of `ipcluster start`. */
  readonly clusterId?: string;
  /** Address that the controller listens on, `*` for all. Default: loopback. */
  readonly controllerIp?: string;
  /** Address by which others reach it. */
  readonly controllerLocation?: string;
  /** Further arguments of the controller: `['--nodb']`. */
  readonly controllerArgs?: readonly string[];
  /** Program that is a controller. */
  readonly controllerCmd?: readonly string[];
  /** Further arguments of every engine. */
  readonly engineArgs?: readonly string[];
  /** Program that is an engine: `['python3', '-m', 'ipyparallel.engine']`. */
  readonly engineCmd?: readonly string[];
  /** Variables for the environment of controller and engines. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder in which they run. Default: that of this program. */
  readonly workDir?: string;
  /** Pause between controller and engines, which wait for it anyway. Default 0. */
  readonly delayMs?: number;
  /** How long engines may take until they are registered. Default 60,000. */
  readonly engineTimeoutMs?: number;
  /** Any other setting of `ipcluster start --help-all`: `{ 'PBSLauncher.queue': 'long' }`. */
  readonly settings?: Readonly<Record<string, Json>>;
  /** Take what the config file of the profile says (options win). Default true. */
  readonly loadProfile?: boolean;
  /** End it when this program ends, however it ends. Default true. */
  readonly stopAtExit?: boolean;
  /** Called at each step of a start or stop. */
  readonly onProgress?: (progress: ClusterProgress) => void;
  /** Called with what is not as wished. Default: a warning of the process. */
  readonly onWarning?: (message: string) => void;
}

/** Option → setting. */
const names: Readonly<Partial<Record<keyof ClusterOptions, string>>> = {
  n: 'Cluster.n',
  engines: 'Cluster.engine_launcher_class',
  controller: 'Cluster.controller_launcher_class',
  controllerIp: 'Cluster.controller_ip',
  controllerLocation: 'Cluster.controller_location',
  controllerArgs: 'Cluster.controller_args',
  controllerCmd: 'ControllerLauncher.controller_cmd',
  engineArgs: 'EngineLauncher.engine_args',
  engineCmd: 'EngineLauncher.engine_cmd',
  env: 'BaseLauncher.environment',
  workDir: 'BaseParallelApplication.work_dir',
};

const others: readonly string[] = [
  ...['profile', 'profileDir', 'ipythonDir', 'clusterId', 'delayMs', 'engineTimeoutMs', 'settings'],
  ...['loadProfile', 'stopAtExit', 'onProgress', 'onWarning'],
];

/** Throws MusterError `bad_option` for an option that there is not: programs in JavaScript are not checked by types. */
export function checkOptions(options: ClusterOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name) && !others.includes(name));
  if (unknown === undefined) return;
  throw new MusterError(
    'bad_option',
    `Cluster has no option '${unknown}'.`,
    `There are: ${[...Object.keys(names), ...others].join(', ')}; other settings go into settings.`,
  );
}

/** Rejects with MusterError `bad_option`, `unknown_option` or `bad_config`. */
export async function readOptions(
  options: ClusterOptions,
  place: { readonly profileDir: string; readonly clusterId: string },
  env: Environment,
): Promise<CommandLine<typeof startSettings>> {
  const { delayMs, engineTimeoutMs } = options;
  const given = Object.entries(names).map(([option, name]) => [name, options[option as keyof ClusterOptions]] as const);
  const all = [
    ...Object.entries(options.settings ?? {}),
    ...given,
    ['Cluster.delay', delayMs === undefined ? undefined : delayMs / 1000] as const,
    ['Cluster.engine_timeout', engineTimeoutMs === undefined ? undefined : engineTimeoutMs / 1000] as const,
    ['ProfileDir.location', place.profileDir] as const,
    ['BaseParallelApplication.cluster_id', place.clusterId] as const,
  ];
  const argv = all.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${asText(value)}`]));
  const parse = { program: 'ipcluster', appClass: 'IPClusterStart', siblings: commandTables } as const;
  return options.loadProfile === false
    ? parseCommandLine(startSettings, argv, env, parse)
    : parseWithProfile(startSettings, argv, env, parse);
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
