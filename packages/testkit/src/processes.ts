// Who carries a tag, read from /proc.
import { readdir, readFile } from 'node:fs/promises';
import { runVariable } from './run-guard.ts';

export interface FoundProcess {
  readonly pid: number;
  /** Command line, arguments separated by spaces; empty for a process that is about to end. */
  readonly command: string;
}

const readText = (path: string): Promise<string> => readFile(path, 'latin1').catch(() => '');

/**
 * Living processes that carry a tag (or one nested in it): all descendants of a program of that tag, also those that made
 * themselves daemons. Zombies do not count. Linux only: rejects where there is no /proc.
 */
export async function processesOf(tag: string): Promise<FoundProcess[]> {
  const entries = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    entries.map(async (name): Promise<FoundProcess[]> => {
      const environment = `\0${await readText(`/proc/${name}/environ`)}\0`;
      const marker = `\0${runVariable}=${tag}`;
      if (!environment.includes(`${marker}\0`) && !environment.includes(`${marker}/`)) return [];
      if (Number(name) === process.pid || (await isZombie(name))) return [];
      const command = (await readText(`/proc/${name}/cmdline`)).replaceAll('\0', ' ').trim();
      return [{ pid: Number(name), command }];
    }),
  );
  return found.flat();
}

const isZombie = async (pid: string): Promise<boolean> => {
  const stat = await readText(`/proc/${pid}/stat`);
  // The state stands behind the command's name, which may itself hold spaces and parentheses.
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return state === undefined || state === 'Z' || state === 'X';
};

/** Sends a signal to a process or, with a negative number, a group; false when there is none any more. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Kills (SIGKILL) all that carry a tag; resolves to those it found. */
export async function killAll(tag: string): Promise<FoundProcess[]> {
  const found = await processesOf(tag);
  for (const { pid } of found) sendSignal(pid, 'SIGKILL');
  return found;
}
