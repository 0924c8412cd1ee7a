// Whatever a run starts or puts into a temporary folder must not outlive it, even when the run is killed. Programs carry
// the run's tag in their environment, where descendants inherit it however they detach; and one small shell process, the
// guard, waits for the end of a pipe that only this process holds. When it ends, in whatever way, the guard kills what
// still carries the tag and removes the folders. Nothing is left to do after a clean run.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

/** Environment variable with the tag of the run that a process belongs to. */
export const runVariable = 'MUSTER_RUN';

const outer = process.env[runVariable];
/** The tag of this process's run. Runs nest: the tag of an inner run starts with that of the outer one. */
export const runTag = `${outer ? `${outer}/` : ''}${process.pid}-${randomBytes(4).toString('hex')}`;

// The guard reads one line a folder. It does not carry the tag itself, so that an outer guard lets it finish.
const guardScript = `
tag=$1
folders=
while IFS= read -r folder; do folders="$folders$folder
"; done
for round in 1 2 3; do
  for file in $(grep -laFe "${runVariable}=$tag" /proc/[0-9]*/environ 2>/dev/null); do
    pid=\${file#/proc/}
    kill -KILL "\${pid%/environ}" 2>/dev/null
  done
done
printf %s "$folders" | while IFS= read -r folder; do rm -rf -- "$folder"; done
`;

let guard: ChildProcess | undefined;

function startGuard(): ChildProcess {
  const { [runVariable]: _, ...env } = process.env;
  const child = spawn('/bin/sh', ['-c', guardScript, 'run-guard', runTag], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
    env,
  });
  child.unref();
  (child.stdin as Socket).unref();
  // A guard that somebody killed is no reason to fail; the run cleans up by itself when it ends well.
  child.stdin.on('error', () => {});
  return child;
}

/** Sees to it that tagged programs end and `folder` is gone when this process ends, however it does. */
export function guardRun(folder?: string): void {
  guard ??= startGuard();
  if (folder !== undefined) guard.stdin?.write(`${folder}\n`);
}
