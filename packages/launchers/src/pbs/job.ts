// The script of a job, and qsub's words for it. Pure.
import { checkQueue, splitHead } from '../batch/job-script.ts';
import { renderTemplate } from '../batch/template.ts';
import type { EngineProgram } from '../engine-launcher.ts';
import type { EnginePrograms } from '../engine-program.ts';
import { engineCommand, engineEnvironment } from '../engine-program.ts';
import { launchesFolder, launchVariable } from '../folder/prelude.ts';
import { rankCommand } from '../folder/rank.ts';
import { quote, quoteAll, quotePath } from '../folder/shell.ts';
import type { SiteAddress } from '../sites/site.ts';

/** `spec.launcher.pbs` of a profile. */
export interface PbsSpec {
  readonly queue?: string | undefined;
  /** Script of the job, see template.ts. */
  readonly template?: string | undefined;
  /** Where qsub is; without it, this machine. */
  readonly site?: SiteAddress | undefined;
  /** Added to qsub. */
  readonly args?: readonly string[] | undefined;
}

/** One node for all engines; a job of several nodes takes a template of its own, with mpiexec or pbsdsh. */
const defaultTemplate = `#!/bin/sh
#PBS -l nodes=1:ppn={n}

index=0
while [ "$index" -lt {n} ]; do
  MUSTER_INDEX=$index {command} &
  index=$((index + 1))
done
wait
`;

/** Older systems take no longer names of jobs. */
const maxNameLength = 15;

/** A launch's id, or its end, which is the part that differs; begins with a letter, as names of jobs must. */
export function jobName(id: string): string {
  const name = id.slice(-maxNameLength);
  return /^[a-z]/.test(name) ? name : `j${name.slice(name.length === maxNameLength ? 1 : 0)}`;
}

/** Words for qsub, without the script. What a template says of these is overridden. */
export function qsubArguments(id: string, { queue, args = [] }: PbsSpec): string[] {
  if (queue !== undefined) checkQueue(queue, 'qstat -Q');
  // The job writes its log itself: where no file system is shared, the batch system could not.
  const output = ['-j', 'oe', '-o', '/dev/null'];
  return ['-N', jobName(id), ...(queue === undefined ? [] : ['-q', queue]), ...output, ...args];
}

/**
 * The script: the template's head (its comments, with the directives), then the environment and the log, then its body.
 * Holds the connection, which is secret: batch systems show scripts to their owner only.
 */
export function buildJob(
  { id, n }: { readonly id: string; readonly n: number },
  spec: PbsSpec,
  engine: EngineProgram,
  connection: string,
  programs: EnginePrograms = {},
): string {
  const rendered = renderTemplate(spec.template ?? defaultTemplate, {
    n,
    queue: spec.queue ?? '',
    launch_id: id,
    job_name: jobName(id),
    profile_dir: `"$HOME/${launchesFolder}/${id}"`,
    command: quoteAll(rankCommand(id, n, engineCommand(engine, programs))),
  });
  const { head, body } = splitHead(rendered);
  return [...head, prologue(id, engine, connection), ...body].join('\n');
}

function prologue(id: string, engine: EngineProgram, connection: string): string {
  const variables = { ...engineEnvironment(engine, connection), [launchVariable]: id };
  return `umask 077
: "\${HOME:=$(cd ~ && pwd)}"
muster_folder=$HOME/${launchesFolder}/${id}
mkdir -p "$HOME/${launchesFolder}"
exec 3>&1
if mkdir "$muster_folder" 2>/dev/null; then
  # Not the folder of the machine that has qsub: no file system is shared, and this one goes with the job.
  trap 'tail -c 10000 "$muster_folder/log" >&3; rm -rf "$muster_folder"' EXIT
  trap 'exit 143' TERM INT HUP
fi
exec >>"$muster_folder/log" 2>&1 </dev/null
${Object.entries(variables)
  .map(([name, value]) => `export ${name}=${quote(value)}`)
  .join('\n')}
${engine.workDir === undefined ? '' : `cd ${quotePath(engine.workDir)} || exit`}
`;
}
