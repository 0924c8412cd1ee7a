// Asking a batch system about a job, and ending it.
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';
import type { Job } from '../pbs/parse-qstat.ts';
import { askProgram } from '../sites/ask-program.ts';
import type { Ended } from '../sites/run-program.ts';
import type { BatchSystem } from './batch-system.ts';

/** Its tasks, or itself; none when it has left. `unknown` with a reason when the system cannot be asked. */
export async function jobState(system: BatchSystem, jobId: string): Promise<readonly Job[]> {
  const unknown = (reason: string): Job[] => [{ state: 'unknown', reason }];
  try {
    const { code, stdout, stderr } = await askProgram(system.statusCommand(jobId), system.install, {
      env: { ...process.env, LC_ALL: 'C' },
    });
    const jobs = system.jobsIn(stdout, jobId);
    if (jobs.length > 0) return jobs;
    const complaint = shorten(stderr || stdout);
    if (code === 0 || complaint === '' || system.hasLeft.test(complaint)) return [];
    return unknown(`${system.statusCommand(jobId)[0]} says: ${complaint}`);
  } catch (error) {
    return unknown(error instanceof Error ? error.message : String(error));
  }
}

const pollMs = 300;
const giveUpAfterMs = 60_000;

/** Ends a job and waits until it has left. Fine when it has. Rejects with MusterError `timeout` when that is not certain. */
export async function removeJob(
  system: BatchSystem,
  deleteCommand: readonly [string, ...string[]],
  jobId: string,
): Promise<void> {
  const isOver = (jobs: readonly Job[]): boolean => jobs.every(({ state }) => state === 'ended');
  let jobs = await jobState(system, jobId);
  if (isOver(jobs)) return;
  const { stderr, stdout } = await askProgram([...deleteCommand, jobId], system.install);
  const deadline = performance.now() + giveUpAfterMs;
  while (performance.now() < deadline) {
    jobs = await jobState(system, jobId);
    if (isOver(jobs)) return;
    await delay(pollMs);
  }
  const said = shorten(stderr || stdout);
  throw new MusterError(
    'timeout',
    `Job ${jobId} does not end: it ${jobs.find(({ state }) => state !== 'ended')?.reason || 'runs'}${said && ` (${deleteCommand[0]} says: ${said})`}.`,
    `Look at it: ${system.statusCommand(jobId).join(' ')}; then end it: ${deleteCommand.join(' ')} ${jobId}`,
  );
}

/** What to say of a command that did not want to. */
export function refusal(system: BatchSystem, program: string, { code, stdout, stderr }: Ended): MusterError {
  const said = shorten(stderr || stdout) || 'it does not say why';
  const aboutQueue = /queue|partition/i.test(said);
  return new MusterError(
    'start_failed',
    `${program} refuses the job (status ${code ?? 'unknown'}): ${said}`,
    aboutQueue
      ? `Name one of the queues that ${system.listQueues} lists: ${system.stem}Launcher.queue.`
      : `Correct the template of the job: what ${program} wants differs from site to site.`,
  );
}

const shorten = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 1000);
