// Records of tasks in a MongoDB server.
import type { SettingsTable } from '@muster/config';
import { lastingMaxAgeS, lastingRecordLimit, lastingSizeLimitBytes } from './records-lasting.ts';

export const recordsMongoSettings = {
  mongoUri: {
    name: 'MongoDB.uri',
    env: 'MONGODB_URI',
    type: 'text',
    default: '',
    group: 'Task records',
    advanced: true,
    placeholder: 'mongodb://…',
    description:
      'Address of the MongoDB server; better given by the environment when a password is in it. Empty: as MongoDB.connection_args says.',
  },
  mongoDatabase: {
    name: 'MongoDB.database',
    type: 'text',
    default: 'ipython-tasks',
    group: 'Task records',
    advanced: true,
    placeholder: 'NAME',
    description: 'Database in it; records of former sessions there can be asked for. Empty: named after the session.',
  },
  mongoConnectionArgs: {
    name: 'MongoDB.connection_args',
    type: 'map',
    default: [] as object,
    check: (value) => (Array.isArray(value) && value.length <= 2 ? undefined : 'needs a list: host and port'),
    group: 'Task records',
    advanced: true,
    placeholder: 'JSON',
    description: 'Host and port as a list, in JSON or as in Python. Default: localhost and 27017.',
  },
  mongoConnectionKwargs: {
    name: 'MongoDB.connection_kwargs',
    type: 'map',
    default: {} as object,
    check: (value) => (Array.isArray(value) ? 'needs an object: {"replicaSet": "r"}' : undefined),
    group: 'Task records',
    advanced: true,
    placeholder: 'JSON',
    description:
      'host, port, username, password and options of the driver, in JSON or as in Python: {"replicaSet": "r"}.',
  },
  mongoRecordLimit: {
    name: 'MongoDB.record_limit',
    ...lastingRecordLimit,
    description: 'Records kept in that database; the oldest are dropped beyond it.',
  },
  mongoSizeLimitBytes: {
    name: 'MongoDB.size_limit',
    ...lastingSizeLimitBytes,
    description: 'Bytes of records kept in that database; the oldest are dropped beyond it.',
  },
  mongoMaxAgeS: {
    name: 'MongoDB.max_age',
    ...lastingMaxAgeS,
    description: 'How long results are kept in that database, from the moment when they came; 0 for ever.',
  },
} as const satisfies SettingsTable;
