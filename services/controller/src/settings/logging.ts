// What is logged, and where to.
import { logFileSettings, logSettings, type SettingsTable } from '@muster/config';

export const loggingSettings = {
  logFormat: {
    name: 'Application.log_format',
    flags: ['log-format'],
    type: 'choice',
    choices: ['text', 'json'],
    default: 'text',
    group: 'Logging',
    placeholder: 'FORMAT',
    description: 'Lines for people or for machines.',
  },
  ...logSettings,
  ...logFileSettings,
} as const satisfies SettingsTable;
