// One ssh process, which does not outlive its owner. A guard beside it holds the other end of a pipe: when that ends, by
// whatever end of the owner, SIGKILL too, the guard ends ssh and what ssh has started (ProxyCommand, ProxyJump).
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { openMark } from './ssh-arguments.ts';
import type { SshEnd } from './ssh-failures.ts';
import { noProgram } from './ssh-failures.ts';

/**
 * The shell becomes ssh; the guard stays in its process group, which has therefore no other owner as long as the guard lives: a
 * signal to the group cannot hit strangers. It waits 2 s at most for ssh to end by itself.
 */
const script = `{
  trap '' HUP INT TERM
  read -r _ <&3
  kill -TERM 0
  n=0
  while kill -0 $$ 2>/dev/null && [ $n -lt 40 ]; do n=$((n + 1)); sleep 0.05; done
  kill -KILL 0
} </dev/null >/dev/null &
exec "$@" 3<&-`;

const keptChars = 8192;
const endLimitMs = 3000;

export interface SshProcess {
  /** Resolves when it is let in and the local ports are open; stays open when it ends before. */
  readonly opened: Promise<void>;
  /** Resolves when it and all that it has started are gone. */
  readonly ended: Promise<SshEnd>;
  /** The end of what it has said. */
  readonly said: string;
  /** Resolves when they are gone. */
  stop(): Promise<SshEnd>;
}

/** Ends when the signal comes, too. `onLine`: what it says, line by line. */
export function startSsh(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
  signal: AbortSignal,
): SshProcess {
  // A group of its own: Ctrl-C in a terminal is for the owner, which may still have a goodbye to send.
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...argv], {
    env: { ...env, SHELL: usableShell(env.SHELL) },
    // The guard has a pipe of its own: ssh makes its stdin one that does not wait.
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<SshEnd>();
  let said = '';
  let line = '';
  const stderr = child.stdio[2] as Readable;
  stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (line + text).split(/\r?\n/);
    line = lines.pop()!.slice(-keptChars);
    for (const each of lines) {
      if (each === openMark) {
        wasOpen = true;
        opened.resolve();
      } else {
        said = `${said}${each}\n`.slice(-keptChars);
        onLine(each);
      }
    }
  });
  const held = [child.stdio[0], child.stdio[3]] as Writable[];
  for (const pipe of held) pipe.on('error', () => {});
  let code: number | null = null;
  const release = (): void => {
    for (const pipe of held) pipe.destroy();
  };
  signal.addEventListener('abort', release);
  let wasOpen = false;
  const end = (): void => {
    signal.removeEventListener('abort', release);
    ended.resolve({ code, said: said + line, wasOpen });
  };
  child.once('exit', (status) => {
    code = status;
    // The guard sees to what ssh has left. What got away from it must not keep us by holding its stderr open.
    release();
    setTimeout(() => stderr.destroy(), endLimitMs).unref();
  });
  child.once('close', end);
  child.once('error', (error) => {
    code ??= noProgram;
    said = error.message;
    end();
  });
  return {
    opened: opened.promise,
    ended: ended.promise,
    get said() {
      return said;
    },
    stop() {
      release();
      return ended.promise;
    },
  };
}

/** ssh runs its commands by this shell; accounts of services have one that runs nothing. */
const usableShell = (shell: string | undefined): string =>
  shell === undefined || /^(nologin|false)$/.test(basename(shell)) ? '/bin/sh' : shell;
