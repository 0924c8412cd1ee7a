import type { Machine } from '@muster/lab';
import { until } from '@muster/testkit';

/** What runs on any machine of the lab, and what asks. */
const own = /^(sshd|ps -e|\S*sh -c ps|slurmctld|slurmd|munged|\S*: slurmscriptd)( |:|$)/;

/** Waits until a machine has no processes but its own. */
export async function nothingLeftOn(machine: Machine): Promise<void> {
  let left: string[] = [];
  await until(
    async () => {
      const lines = (await machine.must('ps -e -o args=')).split('\n').map((line) => line.trim());
      left = lines.filter((line) => line !== '' && !own.test(line));
      return left.length === 0;
    },
    { what: () => `nothing on ${machine.name}; there is:\n${left.join('\n')}`, everyMs: 100 },
  );
}
