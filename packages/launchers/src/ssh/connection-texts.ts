// Connection files on their way between machines.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectionPaths, readIfThere, waitForFile, writeFileAtomically } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { runScript, statusOnSites } from '../folder/folder-launches.ts';
import type { LaunchSpec } from '../port.ts';
import type { Site } from '../sites/site.ts';
import { titleOf } from '../sites/site.ts';
import { awaitFilesScript } from './files.ts';
import { type RemoteLaunch, siteHandle } from './handle.ts';

const waitMs = 60_000;

/** The engines' file of this profile, which a controller may still be about to write. Rejects with MusterError. */
export async function readEngineFile({ profileDir, clusterId, environment }: LaunchSpec): Promise<string> {
  const given = environment.IPP_CONNECTION_INFO;
  if (given !== undefined) return given;
  const path = connectionPaths(profileDir, clusterId).engine;
  await waitForFile(path, { timeoutMs: waitMs });
  return readFileSync(path, 'utf8');
}

/**
 * Waits for both files of a controller on another machine, and writes them into this profile. Rejects with MusterError
 * `start_failed`, with the end of its log, when it ends or does not write them.
 */
export async function fetchConnectionFiles(site: Site, launch: RemoteLaunch, spec: LaunchSpec): Promise<void> {
  const paths = connectionPaths(spec.profileDir, spec.clusterId);
  const local = [paths.client, paths.engine];
  const remote = local.map((path) => `${launch.profileDir}/security/${basename(path)}`);
  const isOld = spec.command.some((word) =>
    /^--(reuse|restore|.*\.(reuse_files|restore_engines)=\s*(true|1))$/i.test(word),
  );
  const script = awaitFilesScript(launch.id, remote, isOld);
  const deadline = performance.now() + waitMs;
  for (;;) {
    const { others } = await runScript(site, script);
    if (others.includes('gone')) throw await didNotComeUp(site, launch, 'ended at once');
    if (!others.includes('waiting')) return local.forEach((path, i) => void keep(path, textOf(others, i), launch));
    if (performance.now() > deadline)
      throw await didNotComeUp(site, launch, `wrote no connection files within ${waitMs / 1000} s`);
    await delay(200);
  }
}

const textOf = (others: readonly string[], index: number): string =>
  others
    .filter((line) => line.startsWith(`file ${index} `))
    .map((line) => line.slice(`file ${index} `.length))
    .join('\n');

/** On a shared file system it is there already. */
function keep(path: string, text: string, { site }: RemoteLaunch): void {
  try {
    JSON.parse(text);
  } catch {
    throw new MusterError(
      'start_failed',
      `${titleOf(site)} has a connection file that is not JSON: ${basename(path)}.`,
    );
  }
  if (readIfThere(path)?.trim() !== text.trim()) writeFileAtomically(path, `${text.trim()}\n`);
}

async function didNotComeUp(site: Site, launch: RemoteLaunch, what: string): Promise<MusterError> {
  const handle = siteHandle(launch);
  const status = (await statusOnSites(() => site, [handle], false)).get(launch.id);
  return new MusterError(
    'start_failed',
    `The controller on ${site.title} ${what}.\n${status?.logTail ?? ''}`.trimEnd(),
    'Mend what its log says, and start again.',
  );
}
