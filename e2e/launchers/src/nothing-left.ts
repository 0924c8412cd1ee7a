import type { Machine } from '@muster/lab';
import { until } from '@muster/testkit';
import { installed } from './engines.ts';

/** What machines see of the real one's folder for temporary files: a checkout may be there. */
const shown = installed.flatMap((folder) => /^\/tmp\/([^/]+)/.exec(folder)?.[1] ?? []);

/** Waits until a machine has no folder of a launch, and no process but its own and those named. */
export async function nothingLeftOn(machine: Machine, expected: RegExp = /^$/): Promise<void> {
  const list = 'ls -A ~/.muster/launches 2>/dev/null; ls -A /tmp /dev/shm | grep -v :; ps -e -o args=';
  let left: string[] = [];
  await until(
    async () => {
      const lines = (await machine.must(list)).split('\n').map((line) => line.trim());
      left = lines.filter(
        (line) =>
          !/^(sshd|sh -c ls -A|ps -e|\S*sh -c ls)/.test(line) && !['', ...shown].includes(line) && !expected.test(line),
      );
      return left.length === 0;
    },
    { what: () => `nothing on ${machine.name}; there is:\n${left.join('\n')}`, everyMs: 100 },
  );
}
