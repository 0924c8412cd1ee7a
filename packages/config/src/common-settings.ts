// Settings that every command has: where the profile is, which cluster, how much to log (§1.1, §7.6).
import type { SettingsTable } from './settings.ts';

/** Where the files of a cluster are. */
export const profileSettings = {
  profileDir: {
    name: 'ProfileDir.location',
    otherNames: ['BaseParallelApplication.profile_dir', 'Cluster.profile_dir'],
    flags: ['profile-dir'],
    outsideProfile: true,
    env: 'IPP_PROFILE_DIR',
    type: 'text',
    default: '',
    group: 'Profile',
    placeholder: 'DIR',
    description: 'Profile folder; wins over --profile.',
  },
  profile: {
    name: 'BaseIPythonApplication.profile',
    otherNames: ['Cluster.profile'],
    flags: ['profile'],
    outsideProfile: true,
    type: 'text',
    default: '',
    group: 'Profile',
    placeholder: 'NAME',
    description: 'Name of the profile; its folder is profile_NAME in the IPython folder. Empty: default.',
  },
  ipythonDir: {
    name: 'BaseIPythonApplication.ipython_dir',
    flags: ['ipython-dir'],
    outsideProfile: true,
    env: 'IPYTHONDIR',
    type: 'text',
    default: '',
    group: 'Profile',
    placeholder: 'DIR',
    description: 'Folder of the profiles. Empty: ~/.ipython.',
  },
  clusterId: {
    name: 'BaseParallelApplication.cluster_id',
    otherNames: ['Cluster.cluster_id'],
    flags: ['cluster-id'],
    env: 'IPP_CLUSTER_ID',
    type: 'text',
    default: '',
    group: 'Profile',
    placeholder: 'ID',
    description: 'Tells several clusters of one profile apart; part of the names of their files.',
  },
} as const satisfies SettingsTable;

/** A file of settings besides that of the profile. */
export const configFileSettings = {
  config: {
    name: 'BaseIPythonApplication.extra_config_file',
    otherNames: ['IPControllerApp.extra_config_file'],
    flags: ['config'],
    outsideProfile: true,
    type: 'text',
    default: '',
    group: 'Profile',
    placeholder: 'FILE',
    description:
      'Further config file: YAML, JSON, JavaScript or TypeScript, with settings by the names of --help-all. Wins over that of the profile; options and environment win over both.',
  },
} as const satisfies SettingsTable;

/** How much is logged. */
export const logSettings = {
  logLevel: {
    name: 'Application.log_level',
    flags: ['log-level'],
    switches: { debug: 'debug', quiet: 'error' },
    type: 'choice',
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    spellings: {
      0: 'debug',
      10: 'debug',
      20: 'info',
      30: 'warn',
      40: 'error',
      50: 'error',
      WARNING: 'warn',
      CRITICAL: 'error',
      NOTSET: 'debug',
    },
    default: 'info',
    group: 'Logging',
    placeholder: 'LEVEL',
    description: "Least level that is logged; Python's numbers and names (10, DEBUG) are understood.",
  },
} as const satisfies SettingsTable;

// What a controller and services that run apart mean alike. Each gives them the name that they have in its table.

/** Limit of what a socket takes. */
export const maxMessageBytesSetting = {
  type: 'integer',
  default: 2 ** 32,
  min: 65_536,
  unit: 'bytes',
  group: 'Network',
  advanced: true,
  description:
    'The largest single frame of a message that is accepted; a connection that sends a larger one is closed.',
} as const;

/** Patience with engines that come. */
export const registrationTimeoutSetting = {
  type: 'integer',
  default: 0,
  min: 0,
  max: 86_400,
  unit: 's',
  group: 'Engines',
  advanced: true,
  description: 'Time from a registration to the first heartbeat. 0: 30 s or ten heartbeats, whichever is longer.',
} as const;

/** High-water mark of the scheduler. */
export const hwmSetting = {
  flags: ['hwm'],
  type: 'integer',
  default: 1,
  min: 0,
  max: 1_000_000_000,
  unit: 'tasks',
  group: 'Tasks',
  description: 'Tasks that an engine may have at a time; 0 for no limit.',
} as const;
