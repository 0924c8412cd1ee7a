// Reads `qstat -f` of Torque, OpenPBS and Slurm's commands of PBS. Pure.
import type { EngineState } from '../engine-launcher.ts';

export interface Job {
  readonly state: EngineState;
  /** For people. */
  readonly reason: string;
  /** Exit status, where it is told. */
  readonly exit?: number | undefined;
}

/** What qstat says of jobs that have left the queue; anything else means that it could not ask. */
export const hasLeft = /unknown job|job has finished|does not exist|invalid job id/i;

const states: Readonly<Record<string, Job>> = {
  Q: { state: 'queued', reason: 'waits in the queue' },
  H: { state: 'queued', reason: 'is held' },
  W: { state: 'queued', reason: 'waits for its time' },
  T: { state: 'queued', reason: 'is being moved to another queue' },
  S: { state: 'queued', reason: 'is suspended' },
  U: { state: 'queued', reason: 'is suspended while its machine is in use' },
  R: { state: 'running', reason: '' },
  B: { state: 'running', reason: '' },
  E: { state: 'running', reason: 'is ending' },
  C: { state: 'ended', reason: 'is completed' },
  F: { state: 'ended', reason: 'is finished' },
  X: { state: 'ended', reason: 'is finished' },
};

/** Jobs by the number that stands before the name of the server. */
export function parseQstat(text: string): Map<string, Job> {
  const jobs = new Map<string, Job>();
  for (const section of text.split(/^Job Id:/m).slice(1)) {
    const number = jobNumber(section.split('\n', 1)[0]!.trim());
    const attributes = parseAttributes(section);
    const job = states[attributes.get('job_state') ?? ''];
    if (number === undefined || job === undefined) continue;
    const comment = attributes.get('comment');
    const exit = attributes.get('exit_status');
    if (job.state === 'queued' && comment) jobs.set(number, { ...job, reason: `${job.reason}: ${comment}` });
    else if (job.state === 'ended' && exit)
      jobs.set(number, { ...job, reason: `${job.reason} with status ${exit}`, exit: Number(exit) });
    else jobs.set(number, job);
  }
  return jobs;
}

/** `8` of `8.server`, `8[]` of `8[].server`; undefined when it is no id of a job. */
export const jobNumber = (id: string): string | undefined => /^(\d+(?:\[\d*\])?)(?:\.[\w.-]+)?$/.exec(id)?.[1];

/** Names are compared without case; long values go on in lines that have no ` = ` or begin with a tab. */
function parseAttributes(section: string): Map<string, string> {
  const attributes = new Map<string, string>();
  let last = '';
  for (const line of section.split('\n').slice(1)) {
    const [, name, value] = /^\s+([A-Za-z_][\w.]*) = (.*)$/.exec(line) ?? [];
    if (name !== undefined && !attributes.has(name.toLowerCase())) {
      last = name.toLowerCase();
      attributes.set(last, value!.trim());
    } else if (last !== '' && line.startsWith('\t')) attributes.set(last, `${attributes.get(last)}${line.trim()}`);
  }
  return attributes;
}
