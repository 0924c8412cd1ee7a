// What is logged, and where to.
import { logFileSettings, logSettings, type SettingsTable } from '@muster/config';

export const loggingSettings = { ...logSettings, ...logFileSettings } as const satisfies SettingsTable;
