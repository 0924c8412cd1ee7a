// Settings of the commands that change ClusterProfiles in a folder.
import type { SettingsTable } from '@muster/config';
import { profileSettings } from '@muster/config';

const { profileDir, profile, ipythonDir } = profileSettings;

const folderSettings = {
  profiles: {
    name: 'profiles',
    flags: ['profiles'],
    env: 'MUSTER_PROFILES',
    type: 'text',
    default: '',
    group: 'Profile',
    placeholder: 'DIR',
    description: 'Folder with files of ClusterProfiles. Empty: clusters in the profile folder.',
  },
  profileDir,
  profile,
  ipythonDir,
} as const satisfies SettingsTable;

export const applySettings = {
  file: {
    name: 'file',
    flags: ['f', 'file'],
    type: 'text',
    default: '',
    placeholder: 'FILE',
    description: 'YAML or JSON with one or more ClusterProfiles; - is standard input.',
  },
  ...folderSettings,
} as const satisfies SettingsTable;

export const getSettings = {
  json: {
    name: 'json',
    flags: ['json'],
    type: 'boolean',
    default: false,
    description: 'Print a JSON list, with all that is known of each profile.',
  },
  ...folderSettings,
} as const satisfies SettingsTable;

export const scaleSettings = {
  engines: {
    name: 'engines',
    flags: ['engines', 'n'],
    type: 'integer',
    default: null,
    min: 0,
    max: 10_000,
    unit: 'engines',
    description: 'How many engines there should be.',
  },
  ...folderSettings,
} as const satisfies SettingsTable;

export const deleteSettings = folderSettings;
