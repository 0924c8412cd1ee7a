// When an engine counts as there, and when as gone (§7.2).
import type { SettingsTable } from '@muster/config';
import { registrationTimeoutSetting } from '@muster/config';

export const enginesSettings = {
  heartbeatPeriodMs: {
    name: 'HeartMonitor.period',
    flags: ['ping'],
    type: 'integer',
    default: 3000,
    min: 10,
    max: 3_600_000,
    unit: 'ms',
    group: 'Engines',
    description: 'Time between heartbeats.',
  },
  maxMisses: {
    name: 'HeartMonitor.max_heartmonitor_misses',
    type: 'integer',
    default: 10,
    min: 1,
    max: 1_000_000,
    unit: 'heartbeats',
    group: 'Engines',
    description: 'Heartbeats in a row that an engine may miss before it is given up.',
  },
  registrationTimeoutS: {
    name: 'IPController.registration_timeout',
    otherNames: ['HubFactory.registration_timeout', 'Hub.registration_timeout'],
    ...registrationTimeoutSetting,
  },
} as const satisfies SettingsTable;
