// From jobs of a batch system to what ipcluster knows of a launch. The whole job is one key, "0".
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MusterError } from '@muster/protocol';
import { readEnd } from '../log-end.ts';
import type { Job } from '../pbs/parse-qstat.ts';
import type { LaunchHandle, LaunchStatus } from '../port.ts';

const key = '0';

/** Throws MusterError `bad_option` for the handle of something else. */
export function jobIdOf({ launcher, state }: LaunchHandle): string {
  const id = state?.job_id;
  if (typeof id === 'string' && /^[A-Za-z0-9_][\w.[\]@-]*$/.test(id)) return id;
  throw new MusterError('bad_option', `The cluster file tells no number of the job that ${launcher} has started.`);
}

export function statusOfJob(handle: LaunchHandle, jobs: readonly Job[]): LaunchStatus {
  const there = jobs.filter(({ state }) => state !== 'ended');
  const id = jobIdOf(handle);
  const note = ({ reason }: Job) => [{ key, reason: `job ${id} ${reason}` }];
  if (there.length === 0) {
    const outputFile = outputFilesOf(handle)[0] ?? '';
    const exit = jobs.find((job) => job.exit !== undefined && job.exit !== 0)?.exit ?? jobs[0]?.exit;
    return { running: [], ended: [{ key, pid: -1, outputFile, exit, logTail: jobLogs(handle) }] };
  }
  const unknown = there.find(({ state }) => state === 'unknown');
  if (unknown !== undefined) return { running: [key], ended: [], unknown: [{ key, reason: unknown.reason }] };
  const waiting = there.some(({ state }) => state === 'running') ? undefined : there[0];
  return { running: [key], ended: [], ...(waiting === undefined ? {} : { waiting: note(waiting) }) };
}

/** The end of what its tasks wrote, of which at most ten. */
export const jobLogs = (handle: LaunchHandle): string =>
  outputFilesOf(handle)
    .slice(0, 10)
    .map((path, _, all) => (all.length > 1 ? `${basename(path)}:\n${readEnd(path, 1000)}` : readEnd(path)))
    .join('\n');

/** The log, or those of its tasks; the newest first. */
function outputFilesOf({ state }: LaunchHandle): string[] {
  const path = state?.output_file;
  if (typeof path !== 'string' || path === '') return [];
  const stem = basename(path).replace(/\.log$/, '');
  const ofTask = (name: string): boolean => name.startsWith(`${stem}-`) && /^-\d+\.log$/.test(name.slice(stem.length));
  try {
    const names = readdirSync(dirname(path)).filter((name) => name === basename(path) || ofTask(name));
    const age = (name: string): number => statSync(join(dirname(path), name)).mtimeMs;
    return names.toSorted((a, b) => age(b) - age(a)).map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}
