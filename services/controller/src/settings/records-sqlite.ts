// Records of tasks in a SQLite file.
import type { SettingsTable } from '@muster/config';
import { lastingMaxAgeS, lastingRecordLimit, lastingSizeLimitBytes } from './records-lasting.ts';

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
    ...lastingRecordLimit,
    description: 'Records kept in that table; the oldest are dropped beyond it.',
  },
  sqliteSizeLimitBytes: {
    name: 'SQLiteDB.size_limit',
    ...lastingSizeLimitBytes,
    description: 'Bytes of the file in use; the oldest records are dropped beyond it.',
  },
  sqliteMaxAgeS: {
    name: 'SQLiteDB.max_age',
    ...lastingMaxAgeS,
    description: 'How long results are kept in that table, from the moment when they came; 0 for ever.',
  },
} as const satisfies SettingsTable;
