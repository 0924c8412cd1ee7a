// What stays in the profile from one start to the next (§7.5).
import { configFileSettings, type SettingsTable } from '@muster/config';

export const filesSettings = {
  reuse: {
    name: 'IPController.reuse_files',
    otherNames: ['IPControllerApp.reuse_files'],
    flags: ['reuse'],
    type: 'boolean',
    default: false,
    group: 'Files',
    description: 'Keep the connection files when stopping, and take ports and key from them when starting.',
  },
  restore: {
    name: 'IPController.restore_engines',
    otherNames: ['IPControllerApp.restore_engines'],
    flags: ['restore'],
    type: 'boolean',
    default: false,
    group: 'Files',
    description:
      'Take over from the controller before: its engines with their numbers, and what it had not finished. Implies --reuse.',
  },
  ...configFileSettings,
} as const satisfies SettingsTable;
