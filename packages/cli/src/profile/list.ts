// muster profile list: the profiles there are.

import { basename } from 'node:path';
import { configPrograms, listProfileDirs, profileLabel, resolveIpythonDir, type SettingsOf } from '@muster/config';
import { configFilesOf } from './config-files.ts';
import { runningClusters } from './running.ts';
import type { listSettings } from './settings.ts';

interface ListedProfile {
  readonly profile: string;
  readonly profile_dir: string;
  readonly config_files: readonly string[];
  /** Ids of clusters that run. */
  readonly running: readonly string[];
}

export async function listProfiles(values: SettingsOf<typeof listSettings>, env: NodeJS.ProcessEnv): Promise<number> {
  const profiles = await Promise.all(listProfileDirs(resolveIpythonDir(values, env)).map(describe));
  process.stdout.write(values.json ? `${JSON.stringify(profiles)}\n` : formatList(profiles));
  return 0;
}

const describe = async (dir: string): Promise<ListedProfile> => ({
  profile: profileLabel(dir),
  profile_dir: dir,
  config_files: configPrograms.flatMap((program) => configFilesOf(dir, program)),
  running: await runningClusters(dir),
});

function formatList(profiles: readonly ListedProfile[]): string {
  const rows = profiles.map(({ profile, profile_dir, config_files, running }) => [
    profile,
    running.map((id) => id || "''").join(' ') || '-',
    config_files.map((path) => basename(path).replace('_config', '')).join(' ') || '-',
    profile_dir,
  ]);
  const table = [['PROFILE', 'RUNNING', 'CONFIG FILES', 'FOLDER'], ...rows];
  const widths = [0, 1, 2].map((i) => Math.max(...table.map((row) => row[i]!.length)));
  return table.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}\n`).join('');
}
