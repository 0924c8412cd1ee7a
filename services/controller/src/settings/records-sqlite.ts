// Records of tasks in a SQLite file.
import type { SettingsTable } from '@muster/config';

export const recordsSqliteSettings = {
  sqliteFilename: {
    name: 'SQLiteDB.filename',
    type: 'text',
    default: 'tasks.db',
    group: 'Task records',
    advanced: true,
    placeholder: 'FILE',
    description: 'File of the SQLite database.',
  },
  sqliteLocation: {
    name: 'SQLiteDB.location',
    type: 'text',
    default: '',
    group: 'Task records',
    advanced: true,
    placeholder: 'FOLDER',
    description: 'Folder of that file. Empty: the profile.',
  },
  sqliteTable: {
    name: 'SQLiteDB.table',
    type: 'text',
    default: 'ipython-tasks',
    group: 'Task records',
    advanced: true,
    placeholder: 'NAME',
    description:
      'Table of the SQLite database; records of former sessions in it can be asked for. Empty: named after the session.',
  },
  sqliteRecordLimit: {
    name: 'SQLiteDB.record_limit',
    type: 'integer',
    default: 1_000_000,
    min: 1,
    unit: 'records',
    group: 'Task records',
    advanced: true,
    description: 'Records kept in that table; the oldest are dropped beyond it.',
  },
  sqliteSizeLimitBytes: {
    name: 'SQLiteDB.size_limit',
    type: 'integer',
    default: 16 * 2 ** 30,
    min: 65_536,
    unit: 'bytes',
    group: 'Task records',
    advanced: true,
    description: 'Bytes of the file in use; the oldest records are dropped beyond it.',
  },
  sqliteMaxAgeS: {
    name: 'SQLiteDB.max_age',
    type: 'integer',
    default: 90 * 86_400,
    min: 0,
    max: 100 * 365 * 86_400,
    unit: 's',
    group: 'Task records',
    advanced: true,
    description: 'How long results are kept in that table, from the moment when they came; 0 for ever.',
  },
} as const satisfies SettingsTable;
