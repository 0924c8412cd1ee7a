// Settings of the commands of ipcluster (§9.5).
import type { SettingsOf, SettingsTable } from '@muster/config';
import { configFileSettings, logSettings, profileSettings } from '@muster/config';
import { launcherSettings } from '@muster/launchers/settings';
import { controllerSettings } from './settings/controller-settings.ts';
import { engineSettings } from './settings/engine-settings.ts';

const common = { ...profileSettings, ...configFileSettings, ...logSettings } as const;

type Common = typeof common & typeof launcherSettings;

export const startSettings: typeof engineSettings & typeof controllerSettings & Common = {
  ...engineSettings,
  ...controllerSettings,
  ...common,
  ...launcherSettings,
};
export type StartValues = SettingsOf<typeof startSettings>;

export const enginesSettings: typeof engineSettings & Common = { ...engineSettings, ...common, ...launcherSettings };
export type EnginesValues = SettingsOf<typeof enginesSettings>;

export const stopSettings = {
  all: {
    name: 'IPClusterStop.all_cluster_ids',
    flags: ['all'],
    type: 'boolean',
    default: false,
    description: 'Stop every cluster of the profile.',
  },
  ...common,
} as const satisfies SettingsTable;

const output = {
  flags: ['o', 'output'],
  switches: { json: 'json' },
  type: 'choice',
  choices: ['text', 'json'],
  default: 'text',
  placeholder: 'FORMAT',
  description: 'A table for people, or JSON for programs.',
} as const;

export const listSettings = {
  output: { ...output, name: 'IPClusterList.output_format' },
  ...common,
} as const satisfies SettingsTable;

export const statusSettings = {
  output: { ...output, name: 'IPClusterStatus.output_format' },
  ...common,
} as const satisfies SettingsTable;

export const cleanSettings = {
  force: {
    name: 'IPClusterClean.force',
    flags: ['force'],
    type: 'boolean',
    default: false,
    description: 'Remove the files of clusters that still run, too: their processes must then be ended by hand.',
  },
  all: {
    name: 'IPClusterClean.all_profiles',
    flags: ['all'],
    type: 'boolean',
    default: false,
    description: 'Clean every profile.',
  },
  ...common,
} as const satisfies SettingsTable;

export const restartSettings = {
  enginesOnly: {
    name: 'IPClusterRestart.engines_only',
    flags: ['engines-only'],
    type: 'boolean',
    default: false,
    description: 'Start the engines again and leave the controller running, with its tasks and clients.',
  },
  ...common,
} as const satisfies SettingsTable;

export const logsSettings = {
  follow: {
    name: 'IPClusterLogs.follow',
    flags: ['f', 'follow'],
    type: 'boolean',
    default: false,
    description: 'Go on with what is written, until Ctrl-C or the end of the cluster.',
  },
  engine: {
    name: 'IPClusterLogs.engine',
    flags: ['engine'],
    type: 'integer',
    default: null,
    min: 0,
    max: 10_000,
    placeholder: 'N',
    description: 'Only the log of this engine: 0, 1, … in the order of ipcluster status.',
  },
  controller: {
    name: 'IPClusterLogs.controller',
    flags: ['controller'],
    type: 'boolean',
    default: false,
    description: 'Only the log of the controller.',
  },
  lines: {
    name: 'IPClusterLogs.lines',
    flags: ['n', 'lines'],
    type: 'integer',
    default: 20,
    min: 0,
    max: 1_000_000,
    unit: 'lines',
    placeholder: 'LINES',
    description: 'How many lines of the end of each log.',
  },
  ...common,
} as const satisfies SettingsTable;

/** Of the commands that share the config file `ipcluster_config`. */
export const commandTables: readonly SettingsTable[] = [
  ...[startSettings, stopSettings, listSettings, statusSettings, cleanSettings, restartSettings, logsSettings],
];
