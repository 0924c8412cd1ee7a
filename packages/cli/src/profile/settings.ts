// Settings of muster profile.
import { profileSettings, type SettingsTable } from '@muster/config';

const { profileDir, profile, ipythonDir } = profileSettings;

const whichSettings = { profileDir, profile, ipythonDir } as const satisfies SettingsTable;

const reset = {
  name: 'ProfileCreate.reset',
  flags: ['reset'],
  type: 'boolean',
  default: false,
} as const;

const json = {
  name: 'json',
  flags: ['json'],
  type: 'boolean',
  default: false,
  description: 'Print JSON, for programs.',
} as const;

export const createSettings = {
  reset: {
    ...reset,
    description: 'Write the config files anew. The old ones are kept under another name, which is told.',
  },
  parallel: {
    name: 'ProfileCreate.parallel',
    flags: ['parallel'],
    type: 'boolean',
    default: false,
    description: 'As ipython has it, and not needed: profiles of Muster are always for parallel computing.',
  },
  ...whichSettings,
} as const satisfies SettingsTable;

export const listSettings = { json, ipythonDir } as const satisfies SettingsTable;

export const pathSettings = whichSettings;

export const showSettings = { json, ...whichSettings } as const satisfies SettingsTable;

export const deleteSettings = {
  yes: {
    name: 'ProfileDelete.yes',
    flags: ['yes', 'y'],
    type: 'boolean',
    default: false,
    description: 'Do not ask.',
  },
  force: {
    name: 'ProfileDelete.force',
    flags: ['force'],
    type: 'boolean',
    default: false,
    description: 'Delete files, too, that are not of Muster or ipyparallel, such as the history of IPython.',
  },
  ...whichSettings,
} as const satisfies SettingsTable;

export const importSettings = {
  reset: {
    ...reset,
    name: 'ProfileImport.reset',
    description: 'Replace config files that set something. The old ones are kept under another name, which is told.',
  },
  ...whichSettings,
} as const satisfies SettingsTable;
