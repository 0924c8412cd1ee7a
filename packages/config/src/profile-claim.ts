// One controller (and one ipcluster that starts it) for a profile and cluster id: a pid file, taken under a short guard so that two starts at once do not
// both win. A file whose process is gone, or whose pid is another program by now, is taken over.
import { join } from 'node:path';
import { MusterError } from '@muster/protocol';
import { checkClusterId } from './connection-files.ts';
import { readIfThere, removeFile, writeFileAtomically } from './files.ts';
import { folderError } from './folder-error.ts';
import { underGuard } from './guard.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { commandLineOf, identifyProcess, isRunning } from './process-identity.ts';
import { profilePart } from './profiles.ts';

export interface ProfileClaim {
  readonly pidFile: string;
  /** The pid in a file that an earlier process had left. */
  readonly replaced?: number;
  /** Removes the pid file, if it is still ours. May be called twice; called at exit in any case. */
  release(): void;
}

/** Whose pid file it is. */
export type ClaimingProgram = 'ipcontroller' | 'ipcluster';

/** `pid/ipcontroller[-CLUSTER_ID].pid`. */
export const pidFilePath = (profileDir: string, clusterId: string, program: ClaimingProgram = 'ipcontroller'): string =>
  join(profilePart(profileDir, 'pid'), `${program}${checkClusterId(clusterId) && `-${clusterId}`}.pid`);

/** The process that holds the profile and cluster id, or undefined. */
export function claimHolder(
  profileDir: string,
  clusterId: string,
  program: ClaimingProgram = 'ipcontroller',
): ProcessIdentity | undefined {
  const holder = parsePidFile(readIfThere(pidFilePath(profileDir, clusterId, program)));
  return holder !== undefined && holds(holder) ? holder : undefined;
}

/**
 * Claims the profile and cluster id for this process. The folders must exist (ensureProfile).
 * Throws MusterError `profile_in_use` naming the pid that holds it, or `profile_unusable`.
 */
export function claimProfile(
  profileDir: string,
  clusterId: string,
  program: ClaimingProgram = 'ipcontroller',
): ProfileClaim {
  const pidFile = pidFilePath(profileDir, clusterId, program);
  const text = formatPidFile(identifyProcess(process.pid) ?? { pid: process.pid });
  let replaced: number | undefined;
  try {
    replaced = underGuard(`${pidFile}.guard`, () => {
      const holder = parsePidFile(readIfThere(pidFile));
      if (holder !== undefined && holds(holder)) throw inUse(holder.pid, program, profileDir, clusterId);
      writeFileAtomically(pidFile, text, 0o644);
      return holder?.pid;
    });
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw folderError(`The pid file ${pidFile} cannot be written`, profilePart(profileDir, 'pid'), error);
  }
  const release = (): void => {
    process.off('exit', release);
    if (readIfThere(pidFile) === text) removeFile(pidFile);
  };
  process.on('exit', release);
  return { pidFile, release, ...(replaced !== undefined && { replaced }) };
}

function inUse(pid: number, program: ClaimingProgram, profileDir: string, clusterId: string): MusterError {
  const which = clusterId === '' ? '' : ` and cluster id '${clusterId}'`;
  return new MusterError(
    'profile_in_use',
    `Process ${pid} (${program}) uses ${profileDir}${which}.`,
    `Stop it (ipcluster stop, or kill ${pid}), or choose another --cluster-id or --profile.`,
  );
}

/** Removes the pid files of programs that are gone, e.g. killed. */
export function removeStaleClaims(profileDir: string, clusterId: string): void {
  for (const program of ['ipcontroller', 'ipcluster'] as const) {
    const pidFile = pidFilePath(profileDir, clusterId, program);
    underGuard(`${pidFile}.guard`, () => {
      if (claimHolder(profileDir, clusterId, program) === undefined) removeFile(pidFile);
    });
  }
}

/** First line the pid, as other programs expect it; second line the start. */
const formatPidFile = ({ pid, startedAt }: ProcessIdentity): string =>
  startedAt === undefined ? `${pid}\n` : `${pid}\n${startedAt}\n`;

function parsePidFile(text: string | undefined): ProcessIdentity | undefined {
  const match = /^(\d{1,10})(?:\n(.+))?\s*$/.exec(text ?? '');
  return match === null ? undefined : { pid: Number(match[1]), startedAt: match[2] };
}

/** A program by its path, or a module of Python's. */
const controllerWord = /(^|[/\\])((ipcontroller|ipcluster)(\.\w+)?$|ipyparallel[./\\]|ipyparallel$)/;

/** A pid without start (another program wrote the file) holds only if its command line looks like a controller. */
function holds(holder: ProcessIdentity): boolean {
  if (!isRunning(holder)) return false;
  if (holder.startedAt !== undefined) return true;
  const command = commandLineOf(holder.pid);
  return command === undefined || command.some((word) => controllerWord.test(word));
}
