import { profileSettings, type SettingsOf, type SettingsTable } from '@muster/config';
import { enginesSettings } from './settings/engines.ts';
import { filesSettings } from './settings/files.ts';
import { loggingSettings } from './settings/logging.ts';
import { networkSettings } from './settings/network.ts';
import { recordsSettings } from './settings/records.ts';
import { recordsMongoSettings } from './settings/records-mongo.ts';
import { recordsSqliteSettings } from './settings/records-sqlite.ts';
import { schedulingSettings } from './settings/scheduling.ts';
import { securitySettings } from './settings/security.ts';

/** Settings of ipcontroller (§7.6), under today's names and those of older documents. */
export const controllerSettings = {
  ...networkSettings,
  ...securitySettings,
  ...filesSettings,
  ...recordsSettings,
  ...recordsSqliteSettings,
  ...recordsMongoSettings,
  ...enginesSettings,
  ...schedulingSettings,
  ...loggingSettings,
  ...profileSettings,
} as const satisfies SettingsTable;

export type ControllerValues = SettingsOf<typeof controllerSettings>;
