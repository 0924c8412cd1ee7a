// muster scale and muster delete: changes of a profile's file.
import { readFileSync } from 'node:fs';
import type { SettingsOf } from '@muster/config';
import { removeFile, writeFileAtomically } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { setEngines, withoutProfile } from './edit-file.ts';
import { filePath, findProfile, oneName, openFolder, warnWhenUnattended } from './folder.ts';
import type { deleteSettings, scaleSettings } from './settings.ts';

export async function scaleProfile(
  values: SettingsOf<typeof scaleSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const name = oneName(words, 'scale');
  if (values.engines === null)
    throw new MusterError('bad_option', 'How many engines?', 'Usage: muster scale NAME --engines=N');
  const folder = await openFolder(values, env);
  const { file, profile } = findProfile(folder, name);
  const path = filePath(folder, file.file);
  if (profile.spec.engines !== values.engines)
    writeFileAtomically(path, setEngines(readFileSync(path, 'utf8'), name, values.engines, file.file));
  process.stdout.write(`profile ${name} scaled from ${profile.spec.engines} to ${values.engines} engines\n`);
  warnWhenUnattended(folder, Date.now());
  return 0;
}

export async function deleteProfile(
  values: SettingsOf<typeof deleteSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const name = oneName(words, 'delete');
  const folder = await openFolder(values, env);
  const { file } = findProfile(folder, name);
  const path = filePath(folder, file.file);
  const left = withoutProfile(readFileSync(path, 'utf8'), name);
  if (left === undefined) removeFile(path);
  else writeFileAtomically(path, left);
  process.stdout.write(`profile ${name} deleted; its engines are ended by the operator\n`);
  warnWhenUnattended(folder, Date.now());
  return 0;
}
