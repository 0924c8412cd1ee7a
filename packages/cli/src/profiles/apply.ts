// muster apply: profiles of a file become files of the folder, where the operator finds them.
import { readFileSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { parseProfiles } from '@muster/cluster-profile';
import type { SettingsOf } from '@muster/config';
import { readIfThere, writeFileAtomically } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { splitProfiles, withProfile } from './edit-file.ts';
import type { ProfilesFolder } from './folder.ts';
import { filePath, openFolder, warnWhenUnattended } from './folder.ts';
import type { applySettings } from './settings.ts';

export async function applyProfiles(values: SettingsOf<typeof applySettings>, env: NodeJS.ProcessEnv): Promise<number> {
  const where = values.file === '-' ? 'standard input' : values.file;
  const profiles = splitProfiles(await readInput(values.file), where);
  const folder = await openFolder(values, env);
  for (const { name, text } of profiles) process.stdout.write(`profile ${name} ${write(folder, name, text)}\n`);
  warnWhenUnattended(folder, Date.now());
  return 0;
}

async function readInput(file: string): Promise<string> {
  if (file === '')
    throw new MusterError('bad_option', 'Which file?', 'Usage: muster apply -f FILE; - is standard input.');
  if (file === '-') return readAll(process.stdin);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new MusterError('bad_option', `${file} cannot be read: ${(error as Error).message}`, 'Check its name.');
  }
}

/** A profile stays in the file that has it. */
function write(folder: ProfilesFolder, name: string, text: string): 'created' | 'changed' | 'unchanged' {
  const found = folder.find(name);
  const path = filePath(folder, found?.file.file ?? `${name}.yaml`);
  const before = readIfThere(path);
  const after = found === undefined || before === undefined ? text : withProfile(before, name, text, path);
  if (after === before) return 'unchanged';
  parseProfiles(after, path);
  writeFileAtomically(path, after);
  return found === undefined ? 'created' : 'changed';
}
