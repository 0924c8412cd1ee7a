// Settings of launchers, under the names of ipyparallel (§9.4). What stands at the class of a role (PBSEngineSetLauncher) wins over
// what stands at the class of the system (PBSLauncher); keys are the names themselves.
import type { Setting, SettingsTable } from '@muster/config';
import type { LaunchRole } from './port.ts';
import { checkEngineHosts, checkFilePairs, checkNamespace } from './settings-checks.ts';

type Options = Readonly<Record<string, Omit<Setting, 'name'>>>;
type RoleTable<Stem extends string, O extends Options> = Readonly<
  Record<`${Stem}Launcher.${keyof O & string}`, Setting> &
    Record<`${Stem}EngineSetLauncher.${keyof O & string}`, Setting> &
    Record<`${Stem}ControllerLauncher.${keyof O & string}`, Setting> &
    Record<`${Stem}EngineSetLauncher.${'engine_cmd' | 'engine_args'}`, Setting> &
    Record<`${Stem}ControllerLauncher.${'controller_cmd' | 'controller_args'}`, Setting>
>;

/** Class of the system, and of each role. */
export const launcherClasses = (stem: string): Readonly<Record<LaunchRole | 'base', string>> => ({
  base: `${stem}Launcher`,
  engine: `${stem}EngineSetLauncher`,
  controller: `${stem}ControllerLauncher`,
});

/** Each option three times: for the system, its engines and its controller. And the programs, which only a role has. */
function ofSystem<Stem extends string, O extends Options>(stem: Stem, options: O): RoleTable<Stem, O> {
  const classes = launcherClasses(stem);
  const table: Record<string, Setting> = {};
  const add = (name: string, setting: Omit<Setting, 'name'>): void => {
    table[name] = { group: `${stem} launcher`, advanced: true, ...setting, name } as Setting;
  };
  for (const [option, setting] of Object.entries(options)) {
    const more = `Also at ${classes.engine} and ${classes.controller}, each for its own.`;
    add(`${classes.base}.${option}`, { ...setting, description: `${setting.description} ${more}` });
    for (const role of ['engine', 'controller'] as const)
      add(`${classes[role]}.${option}`, forRole(setting, stem, option, role));
  }
  for (const role of ['engine', 'controller'] as const) {
    const otherwise = `Default: that of all launchers.`;
    const what = `the ${role} that ${classes[role]} starts`;
    add(`${classes[role]}.${role}_cmd`, words(`Program of ${what}. ${otherwise}`));
    add(`${classes[role]}.${role}_args`, words(`Further arguments of ${what}.`));
  }
  return table as RoleTable<Stem, O>;
}

const words = (description: string, standard: readonly string[] = []): Omit<Setting, 'name'> =>
  ({ type: 'words', default: standard, description }) as Omit<Setting, 'name'>;

const text = (description: string, standard = ''): Omit<Setting, 'name'> =>
  ({ type: 'text', default: standard, description }) as Omit<Setting, 'name'>;

const nothing: Readonly<Record<string, unknown>> = { words: [], text: '', map: null, boolean: false, number: null };

const forRole = (
  setting: Omit<Setting, 'name'>,
  stem: string,
  option: string,
  role: LaunchRole,
): Omit<Setting, 'name'> =>
  ({
    ...setting,
    default: nothing[setting.type],
    unlisted: true,
    description: `As ${stem}Launcher.${option}, for ${role === 'engine' ? 'engines' : 'the controller'} only.`,
  }) as Omit<Setting, 'name'>;

const plain = (description: string, check: (value: unknown) => string | undefined): Omit<Setting, 'name'> =>
  ({ type: 'map', default: null, description, check }) as Omit<Setting, 'name'>;

/** Local processes have no settings but these. */
export const localSettings = {
  'LocalProcessLauncher.stop_seconds_until_kill': {
    name: 'LocalProcessLauncher.stop_seconds_until_kill',
    otherNames: ['LocalEngineSetLauncher.stop_seconds_until_kill', 'LocalControllerLauncher.stop_seconds_until_kill'],
    type: 'number',
    default: 5,
    min: 0,
    max: 3600,
    unit: 's',
    group: 'Local launcher',
    advanced: true,
    description: 'From SIGTERM to SIGKILL, when a process of this machine is ended.',
  },
} as const satisfies SettingsTable;

export const mpiSettings = ofSystem('MPI', {
  mpi_cmd: words('Program that starts the ranks.', ['mpiexec']),
  mpi_args: words('Further arguments of mpiexec, e.g. --hostfile FILE, or --oversubscribe.'),
});

/** Of a batch system with the commands and the prefix of directives that it has. */
const batchOptions = (submit: string, remove: readonly string[], signal: readonly string[]) => ({
  queue: text('Queue of the jobs. Empty: the default queue of the system.'),
  batch_template: text(
    'Script of a job, with {n}, {n//4}, {profile_dir}, {queue}, {program_and_args} … in it. Empty: one task for each.',
  ),
  batch_template_file: text('File with that script; relative paths begin at the profile folder. batch_template wins.'),
  batch_file_name: text(
    'Where the finished script is written; relative to the work folder. Empty: beside the log, and it goes when the job is taken.',
  ),
  output_file: text('File for the output of the jobs. Empty: in the folder log of the profile.'),
  namespace: plain('Further names for the template and their values: {"walltime": "1:00:00"}.', checkNamespace),
  submit_command: words('Program that takes jobs.', [submit]),
  delete_command: words('Program that ends them.', remove),
  signal_command: words('Program that sends them signals.', signal),
  job_id_regexp: text(
    'Regular expression that finds the number of a job in what the program for jobs says. Empty: as it says it usually.',
  ),
});

export const pbsSettings = ofSystem('PBS', batchOptions('qsub', ['qdel'], ['qsig', '-s']));

export const slurmSettings = ofSystem('Slurm', {
  ...batchOptions('sbatch', ['scancel'], ['scancel', '-s']),
  account: text('Account that is charged.'),
  qos: text('Quality of service.'),
  timelimit: text('How long a job may take: minutes, H:MM:SS or D-H.'),
  options: text('Further options of sbatch, e.g. --mem=4G --exclusive.'),
});

export const sgeSettings = ofSystem('SGE', batchOptions('qsub', ['qdel'], ['qsig', '-s']));

const ssh = ofSystem('SSH', {
  hostname: text('Host of the controller; an alias of the ssh configuration will do.'),
  user: text('User there. Empty: as ssh is configured.'),
  location: text('USER@HOST:PORT in one.'),
  ssh_cmd: words('Program that connects.', ['ssh']),
  ssh_args: words('Further arguments of it, e.g. -i KEY, -p PORT, -F FILE.'),
  scp_cmd: words('Program that copies the files of to_send and to_fetch.', ['scp']),
  scp_args: words('Further arguments of it.'),
  to_send: plain(
    'Files that are copied before the start: [[HERE, THERE], …]. Default: the connection file of the engines. [] for none, where the file system is shared.',
    checkFilePairs,
  ),
  to_fetch: plain(
    'Files that are copied after the start: [[THERE, HERE], …]. Default: the connection files of the controller. [] for none.',
    checkFilePairs,
  ),
  remote_profile_dir: text(
    'Profile folder there. Empty: the same, beginning at the home folder there when it does so here.',
  ),
  remote_python: text(
    'Python there; when it is named, engines are those of ipyparallel. Empty: engines of Muster, on PATH there.',
  ),
});

export const sshSettings = {
  ...ssh,
  'SSHEngineSetLauncher.engines': {
    name: 'SSHEngineSetLauncher.engines',
    type: 'map',
    default: null,
    group: 'SSH launcher',
    placeholder: 'HOSTS',
    check: checkEngineHosts,
    description:
      'Engines by host: {"host1": 2, "user@host2:2222": 4, "host3": [1, ["--log-level=debug"]]}. A pair has arguments of its own for the engines; an object {"n": 1, "engine_args": […]} too.',
  },
  'SSHEngineSetLauncher.skip_unreachable': {
    name: 'SSHEngineSetLauncher.skip_unreachable',
    type: 'boolean',
    default: false,
    group: 'SSH launcher',
    advanced: true,
    description:
      'Go on without hosts where nothing can be started, as long as there is one; each is reported. Default: start all or nothing.',
  },
} as const satisfies SettingsTable;

/** All launchers that are built in. */
export const launcherSettings = {
  ...localSettings,
  ...mpiSettings,
  ...pbsSettings,
  ...sgeSettings,
  ...slurmSettings,
  ...sshSettings,
} as const;
