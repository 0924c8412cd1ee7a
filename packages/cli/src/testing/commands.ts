// Runs the commands for real in a folder of their own, and looks for what they leave behind.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Running {
  readonly child: ChildProcess;
  /** Waits for a text in stdout or stderr; rejects when the command ends first or in 30 s. */
  saying(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

export interface Commands {
  readonly folder: string;
  readonly profileDir: string;
  /** Starts a command (`ipcluster start -n 2`) without waiting. */
  begin(words: readonly string[], node?: string): Running;
  run(...words: string[]): Promise<Ended>;
  /** Files in a part of the profile. */
  files(part: 'security' | 'pid' | 'log'): string[];
  /** Pids of processes that belong to this folder. */
  processes(): number[];
  /** Ends what still runs and removes the folder; throws when anything ran. */
  dispose(): Promise<void>;
}

export function createCommands(): Commands {
  const folder = mkdtempSync(join(tmpdir(), 'muster-cli-'));
  const profileDir = join(folder, 'profile_default');
  const { IPP_CLUSTER_ID: _, IPP_PROFILE_DIR: __, MUSTER_KEY: ___, ...inherited } = process.env;
  const env = { ...inherited, IPYTHONDIR: folder };

  const begin = ([command = '', ...args]: readonly string[], node = process.execPath): Running => {
    const bin = fileURLToPath(new URL(`../../bin/${command}.js`, import.meta.url));
    const child = spawn(node, [bin, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const text = { out: '', err: '' };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text.out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      text.err += chunk;
    });
    const ended = once(child, 'close').then(([status]) => ({ status, ...text }) as Ended);
    return {
      child,
      ended,
      saying: (wanted) =>
        until(() => {
          if ((text.out + text.err).includes(wanted)) return true;
          if (child.exitCode !== null) throw new Error(`${command} ended without '${wanted}':\n${text.out}${text.err}`);
          return false;
        }),
    };
  };

  const processes = (): number[] =>
    execFileSync('ps', ['axeww', '-o', 'pid=,stat=,command='], { encoding: 'utf8', maxBuffer: 2 ** 26 })
      .split('\n')
      .filter((line) => line.includes(`IPYTHONDIR=${folder}`) && !/^\s*\d+\s+Z/.test(line))
      .map((line) => Number.parseInt(line, 10));

  return {
    folder,
    profileDir,
    begin,
    run: (...words) => begin(words).ended,
    files: (part) => (existsSync(join(profileDir, part)) ? readdirSync(join(profileDir, part)).sort() : []),
    processes,
    async dispose() {
      const left = processes();
      for (const pid of left) process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      if (left.length > 0) throw new Error(`Left behind: processes ${left.join(', ')}`);
    },
  };
}

/** Waits until the condition holds, at most 30 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within 30 s: ${condition}`);
    await delay(20);
  }
}
