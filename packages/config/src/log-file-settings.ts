// Settings of the lines that programs log, and of the files of these.
import type { SettingsTable } from './settings.ts';

/** For programs with a profile: `log/PROGRAM[-CLUSTER_ID]-PID.log` there. */
export const logFileSettings = {
  logFormat: {
    name: 'Application.log_format',
    flags: ['log-format'],
    env: 'MUSTER_LOG_FORMAT',
    type: 'choice',
    choices: ['text', 'json'],
    default: 'text',
    group: 'Logging',
    placeholder: 'FORMAT',
    description: 'Lines for people or for machines.',
  },
  logToFile: {
    name: 'BaseParallelApplication.log_to_file',
    flags: ['log-to-file'],
    type: 'boolean',
    default: true,
    group: 'Logging',
    description:
      'Write what is logged to a file in the log folder of the profile, too. Where standard error is a file there already, as with ipcluster, that is the one.',
  },
  logFileBytes: {
    name: 'Application.log_file_size',
    flags: ['log-file-size'],
    env: 'MUSTER_LOG_FILE_SIZE',
    type: 'integer',
    default: 10 * 2 ** 20,
    min: 4096,
    unit: 'bytes',
    group: 'Logging',
    advanced: true,
    description: 'A log file that would grow beyond it is put aside, as FILE.1, and a new one begun.',
  },
  logFiles: {
    name: 'Application.log_files',
    flags: ['log-files'],
    env: 'MUSTER_LOG_FILES',
    type: 'integer',
    default: 5,
    min: 1,
    max: 1000,
    unit: 'files',
    group: 'Logging',
    advanced: true,
    description: 'How many files of one process are kept, the current one among them.',
  },
  cleanLogs: {
    name: 'BaseParallelApplication.clean_logs',
    flags: ['clean-logs'],
    type: 'boolean',
    default: false,
    group: 'Logging',
    advanced: true,
    description:
      'Remove the log files of earlier processes of this program and cluster first. Else a hundred of them are kept, and all of the last day.',
  },
} as const satisfies SettingsTable;
