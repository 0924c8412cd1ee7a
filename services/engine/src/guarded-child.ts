// A child program in a process group of its own, which does not outlive us: a shell beside it waits on a pipe of ours, whose end
// is our own, however we end.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Writable } from 'node:stream';

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface GuardedChild {
  /** Output, where it is asked for. */
  readonly stdout: ChildProcess['stdout'];
  readonly stderr: ChildProcess['stderr'];
  /** To the whole group. */
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the child has ended and nothing of its group is left. */
  readonly exited: Promise<ChildExit>;
}

export interface ChildOptions {
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly output: 'inherit' | 'pipe';
  /** Removed when the group ends. */
  readonly folder?: string;
}

// The shell becomes the program, so that its process id is the program's and the group's. "$1" is the folder.
const script = `folder=$1; shift
( trap '' HUP INT QUIT TERM USR1 USR2; exec >/dev/null 2>&1; read _ <&3; [ -z "$folder" ] || rm -rf -- "$folder"; kill -s KILL -- "-$$" ) &
exec 3<&-
exec "$@"`;

/** Starts `argv`, whose first is a path or on PATH. A program that is not there ends with code 127. */
export function spawnGuarded(argv: readonly string[], { cwd, env, output, folder = '' }: ChildOptions): GuardedChild {
  const child = spawn('/bin/sh', ['-c', script, 'guard', folder, ...argv], {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    detached: true,
    stdio: ['ignore', output, output, 'pipe'],
  });
  const guard = child.stdio[3] as Writable;
  guard.on('error', () => {});
  const ended = new Promise<ChildExit>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', () => child.pid === undefined && resolve({ code: 127, signal: null }));
  });
  function kill(signal: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has just ended.
    }
  }
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    kill,
    exited: ended.then((exit) => {
      // The guard is still there, so the group's number is nobody else's.
      kill('SIGKILL');
      guard.destroy();
      if (folder !== '') rmSync(folder, { recursive: true, force: true });
      return exit;
    }),
  };
}
