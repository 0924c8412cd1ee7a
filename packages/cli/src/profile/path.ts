// muster profile path: where a profile is.
import type { SettingsOf } from '@muster/config';
import { chooseProfile } from './choose.ts';
import type { pathSettings } from './settings.ts';

export async function printPath(
  values: SettingsOf<typeof pathSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  process.stdout.write(`${chooseProfile(values, words, env).dir}\n`);
  return 0;
}
