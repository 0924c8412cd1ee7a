// The settings of the programs that have a config file.
import type { ConfigProgram, SettingsTable } from '@muster/config';
import { renderConfigFile } from '@muster/config/config-files';

export interface ProgramTables {
  /** Of the program itself: of ipcluster, that of `start`. */
  readonly main: SettingsTable;
  /** Of its other commands. */
  readonly others: readonly SettingsTable[];
  /** Class of the command of `main`, where a program has several commands. */
  readonly appClass?: string;
}

/** Loaded when it is asked for: settings are most of what the programs say of themselves. */
export const tablesOf: Readonly<Record<ConfigProgram, () => Promise<ProgramTables>>> = {
  async ipcluster() {
    const { startSettings, ...others } = await import('@muster/cluster/settings');
    return { main: startSettings, others: Object.values(others).flat() as SettingsTable[], appClass: 'IPClusterStart' };
  },
  ipcontroller: async () => ({ main: (await import('@muster/controller/settings')).controllerSettings, others: [] }),
  ipengine: async () => ({ main: (await import('@muster/engine/settings')).engineSettings, others: [] }),
};

/** The config file of a new profile. */
export async function templateOf(program: ConfigProgram): Promise<string> {
  const { main, others } = await tablesOf[program]();
  return renderConfigFile(program, [main, ...others]);
}
