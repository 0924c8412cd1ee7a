// Settings of each service as a program of its own.
import type { SettingsOf, SettingsTable } from '@muster/config';
import {
  channelSettings,
  hwmSetting,
  maxMessageBytesSetting,
  registrationTimeoutSetting,
  sharedServiceSettings,
} from '@muster/config';
import { transportSetting } from '@muster/transport/names';

/** Of services with ports for clients and engines. */
const socketSettings = {
  ip: {
    name: 'ip',
    flags: ['ip'],
    env: 'MUSTER_IP',
    type: 'text',
    default: '127.0.0.1',
    group: 'Network',
    placeholder: 'ADDRESS',
    description: 'Address to listen on; * for all interfaces.',
  },
  ...channelSettings,
  transport: { ...transportSetting, name: 'transport' },
  maxMessageBytes: {
    name: 'max-message-bytes',
    flags: ['max-message-bytes'],
    env: 'MUSTER_MAX_MESSAGE_BYTES',
    ...maxMessageBytesSetting,
  },
} as const satisfies SettingsTable;

/** Of services that share the records of tasks: the hub writes them, the task-scheduler reads what was left to it. */
const storeSettings = {
  mongodb: {
    name: 'mongodb',
    flags: ['mongodb'],
    env: 'MUSTER_MONGODB',
    type: 'text',
    default: 'mongodb://127.0.0.1:27017/',
    group: 'MongoDB',
    placeholder: 'URI',
    description:
      'Where records of tasks are kept: mongodb://…; better given by the environment or a file when a password is in it.',
  },
  mongodbFile: {
    name: 'mongodb-file',
    flags: ['mongodb-file'],
    env: 'MUSTER_MONGODB_FILE',
    type: 'text',
    default: '',
    group: 'MongoDB',
    placeholder: 'FILE',
    description: 'File that holds this address; wins over --mongodb.',
  },
  mongodbDatabase: {
    name: 'mongodb-database',
    flags: ['mongodb-database'],
    env: 'MUSTER_MONGODB_DATABASE',
    type: 'text',
    default: '',
    group: 'MongoDB',
    placeholder: 'NAME',
    description: 'Database in it; each cluster needs its own. Empty: the cluster id.',
  },
  mongodbRecordLimit: {
    name: 'mongodb-record-limit',
    flags: ['mongodb-record-limit'],
    env: 'MUSTER_MONGODB_RECORD_LIMIT',
    type: 'integer',
    default: 1_000_000,
    min: 1,
    unit: 'records',
    group: 'MongoDB',
    advanced: true,
    description: 'Records kept there; the oldest are dropped beyond it.',
  },
  mongodbSizeLimitBytes: {
    name: 'mongodb-size-limit',
    flags: ['mongodb-size-limit'],
    env: 'MUSTER_MONGODB_SIZE_LIMIT',
    type: 'integer',
    default: 16 * 2 ** 30,
    min: 65_536,
    unit: 'bytes',
    group: 'MongoDB',
    advanced: true,
    description: 'Bytes of records kept there; the oldest are dropped beyond it.',
  },
} as const satisfies SettingsTable;

/** The hub tells engines the period that the heartmonitor has: both need the same. */
const heartbeatSettings = {
  pingMs: {
    name: 'ping',
    flags: ['ping'],
    env: 'MUSTER_PING',
    type: 'integer',
    default: 3000,
    min: 10,
    max: 3_600_000,
    unit: 'ms',
    group: 'Engines',
    description: 'Time between heartbeats; the same for hub and heartmonitor.',
  },
} as const satisfies SettingsTable;

export const hubSettings = {
  ...sharedServiceSettings,
  ...socketSettings,
  ...storeSettings,
  ...heartbeatSettings,
  clientShutdown: {
    name: 'client-shutdown',
    flags: ['client-shutdown'],
    env: 'MUSTER_CLIENT_SHUTDOWN',
    type: 'choice',
    choices: ['end', 'refuse'],
    default: 'end',
    group: 'Stopping',
    placeholder: 'WHAT',
    description:
      'What becomes of a shutdown_request of a client: all services end, or it is refused. Refuse it where something starts services again that have ended (Kubernetes, docker compose, systemd).',
  },
  python: {
    name: 'python',
    flags: ['python'],
    env: 'MUSTER_PYTHON',
    type: 'text',
    default: '',
    group: 'Tasks',
    advanced: true,
    placeholder: 'PROGRAM',
    description:
      'The Python with the package distributed, of the version that engines have, that runs the dask scheduler of become_dask. Empty: that of an active environment, else python3.',
  },
  mongodbMaxAgeS: {
    name: 'mongodb-max-age',
    flags: ['mongodb-max-age'],
    env: 'MUSTER_MONGODB_MAX_AGE',
    type: 'integer',
    default: 90 * 86_400,
    min: 0,
    max: 100 * 365 * 86_400,
    unit: 's',
    group: 'MongoDB',
    advanced: true,
    description: 'How long results are kept there, from the moment when they came; 0 for ever.',
  },
  registrationTimeoutS: {
    name: 'registration-timeout',
    flags: ['registration-timeout'],
    env: 'MUSTER_REGISTRATION_TIMEOUT',
    ...registrationTimeoutSetting,
  },
} as const satisfies SettingsTable;

export const taskSchedulerSettings = {
  ...sharedServiceSettings,
  ...socketSettings,
  ...storeSettings,
  scheme: {
    name: 'scheme',
    flags: ['scheme'],
    env: 'MUSTER_SCHEME',
    type: 'choice',
    choices: ['leastload', 'lru', 'plainrandom', 'twobin', 'weighted', 'pure'],
    default: 'leastload',
    group: 'Tasks',
    placeholder: 'SCHEME',
    description: 'How an engine is chosen.',
  },
  hwm: {
    name: 'hwm',
    env: 'MUSTER_HWM',
    ...hwmSetting,
  },
} as const satisfies SettingsTable;

export const relaySettings = { ...sharedServiceSettings, ...socketSettings } as const satisfies SettingsTable;

export const heartmonitorSettings = {
  ...sharedServiceSettings,
  ...socketSettings,
  ...heartbeatSettings,
  maxMisses: {
    name: 'max-misses',
    flags: ['max-misses'],
    env: 'MUSTER_MAX_MISSES',
    type: 'integer',
    default: 10,
    min: 1,
    max: 1_000_000,
    unit: 'heartbeats',
    group: 'Engines',
    description: 'Heartbeats in a row that an engine may miss before it is given up.',
  },
} as const satisfies SettingsTable;

export type HubValues = SettingsOf<typeof hubSettings>;
export type TaskSchedulerValues = SettingsOf<typeof taskSchedulerSettings>;
export type RelayValues = SettingsOf<typeof relaySettings>;
export type HeartmonitorValues = SettingsOf<typeof heartmonitorSettings>;
/** What all of them have. */
export type ServiceValues = RelayValues;
export type StoreValues = SettingsOf<typeof storeSettings> & { readonly clusterId: string };
