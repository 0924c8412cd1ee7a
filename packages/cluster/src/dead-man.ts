// Ends a cluster when the program that started it is gone, however it ended: a shell that waits at a pipe, which only this program
// holds open, and then runs `ipcluster stop`.
import { spawn } from 'node:child_process';
import type { Place } from './place.ts';
import { ownProgram } from './specs.ts';

export interface DeadMan {
  /** The cluster is stopped, or may go on without us. */
  release(): void;
}

const script = 'read -r word; [ "$word" = bye ] || exec "$@"';

/** Does nothing where there is no shell. */
export function watchOver({ profileDir, clusterId }: Place): DeadMan {
  if (process.platform === 'win32') return { release() {} };
  const stop = [...ownProgram('ipcluster'), 'stop', `--profile-dir=${profileDir}`, `--cluster-id=${clusterId}`];
  const child = spawn('/bin/sh', ['-c', script, 'muster-guard', ...stop], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell there is nobody to watch; and one that was ended cannot be told.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  child.unref();
  (child.stdin as unknown as { unref?: () => void }).unref?.();
  return { release: () => child.stdin.end('bye\n') };
}
