// muster profile delete: the folder of a profile and all in it, when nothing runs in it and it is nothing else.

import { lstatSync, realpathSync, rmSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { configPrograms, reason, type SettingsOf } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { chooseExisting } from './choose.ts';
import { namesIn } from './config-files.ts';
import { runningClusters } from './running.ts';
import type { deleteSettings } from './settings.ts';

export async function deleteProfile(
  values: SettingsOf<typeof deleteSettings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  if (words.length === 0 && values.profile === '' && values.profileDir === '')
    throw new MusterError('bad_option', 'Which profile is to be deleted?', 'muster profile delete NAME');
  const { dir } = chooseExisting(values, words, env);
  refuseOther(dir, env);
  await refuseRunning(dir);
  const foreign = namesIn(dir).filter((name) => !isOurs(name));
  if (foreign.length > 0 && !values.force)
    throw new MusterError(
      'profile_in_use',
      `${dir} has files of others: ${shorten(foreign)}.`,
      'Delete them, too: --force',
    );
  if (!values.yes && !(await isConfirmed(dir))) return 1;
  try {
    rmSync(dir, { recursive: true });
  } catch (error) {
    throw new MusterError('profile_unusable', `${dir} cannot be deleted: ${reason(error)}`);
  }
  process.stdout.write(`Deleted ${dir}\n`);
  return 0;
}

const parts = ['security', 'log', 'pid'] as const;

const ours: ReadonlySet<string> = new Set([...parts, 'startup', 'static', 'db', 'clusters', '__pycache__']);

const isOurs = (name: string): boolean =>
  ours.has(name) || configPrograms.some((program) => name.startsWith(`${program}_config.`));

/** Refuses what is no profile folder: a link, a home, a folder without the parts of a profile. */
function refuseOther(dir: string, env: NodeJS.ProcessEnv): void {
  const refuse = (why: string) =>
    new MusterError('bad_option', `${dir} ${why}.`, 'See which there are: muster profile list');
  if (lstatSync(dir).isSymbolicLink()) throw refuse('is a link, not a profile folder');
  if (env.HOME !== undefined && isWithin(env.HOME, dir)) throw refuse('holds your home folder');
  const missing = parts.filter((part) => statSync(join(dir, part), { throwIfNoEntry: false })?.isDirectory() !== true);
  if (missing.length > 0) throw refuse(`is not a profile folder: it has no ${missing.join(', ')}`);
}

const isWithin = (path: string, folder: string): boolean => {
  try {
    return !relative(realpathSync(folder), realpathSync(path)).startsWith('..');
  } catch {
    return false;
  }
};

async function refuseRunning(dir: string): Promise<void> {
  const running = await runningClusters(dir);
  if (running.length === 0) return;
  const ids = running.map((id) => `'${id}'`).join(', ');
  throw new MusterError(
    'cluster_running',
    `A cluster runs in ${dir}: ${ids}.`,
    `Stop it first: ipcluster stop --all --profile-dir=${dir}`,
  );
}

const shorten = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;

/** Asks where there is a terminal; throws MusterError `bad_option` where there is none. */
async function isConfirmed(dir: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new MusterError('bad_option', `Nobody is there to be asked whether to delete ${dir}.`, 'Say so: --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Delete ${dir} and everything in it? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
