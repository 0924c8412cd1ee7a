// A folder of profiles of a test's own, and what a cluster leaves there or among the processes.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Home {
  readonly ipythonDir: string;
  readonly profileDir: string;
  /** Processes that were started for this profile and have not ended. */
  processes(): number[];
  /** Files that no cluster may leave. */
  files(): string[];
  /** Ends what still runs and removes the folder; throws when anything ran. */
  dispose(): Promise<void>;
}

export function createHome(): Home {
  const ipythonDir = mkdtempSync(join(tmpdir(), 'muster-cluster-'));
  const profileDir = join(ipythonDir, 'profile_default');
  const processes = (): number[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && isOf(name, profileDir))
      .map(Number);
  return {
    ipythonDir,
    profileDir,
    processes,
    files: () =>
      ['security', 'pid'].flatMap((part) =>
        existsSync(join(profileDir, part)) ? readdirSync(join(profileDir, part)).sort() : [],
      ),
    async dispose() {
      const left = processes();
      for (const pid of left) process.kill(pid, 'SIGKILL');
      await delay(left.length > 0 ? 100 : 0);
      rmSync(ipythonDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      if (left.length > 0) throw new Error(`Left behind: processes ${left.join(', ')}`);
    },
  };
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

function isOf(pid: string, profileDir: string): boolean {
  if (!`\0${read(`/proc/${pid}/environ`)}`.includes(`\0IPP_PROFILE_DIR=${profileDir}\0`)) return false;
  const stat = read(`/proc/${pid}/stat`);
  return !['Z', 'X', undefined].includes(stat.slice(stat.lastIndexOf(')') + 2)[0]);
}
