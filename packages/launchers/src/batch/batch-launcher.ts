// Controller and engines as jobs of a batch system whose commands are on this machine (§9.4, Batch). Profile folders are on a file
// system that the machines of the jobs share.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { profilePart, reason } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { checkCount, type Launcher, type LauncherContext, type LaunchHandle, type LaunchSpec } from '../port.ts';
import { askRarely } from '../rarely.ts';
import { type RoleSettings, readRole } from '../role-settings.ts';
import { askProgram } from '../sites/ask-program.ts';
import { withoutOwnSettings } from '../sites/own-settings.ts';
import { type BatchOrder, buildBatchScript, hasTasks } from './batch-script.ts';
import type { BatchSystem } from './batch-system.ts';
import { furtherSettings } from './batch-system.ts';
import { jobIdOf, jobLogs, statusOfJob } from './job-status.ts';
import { jobState, refusal, removeJob } from './jobs.ts';

const statusEveryMs = 3000;

export function createBatchLauncher(system: BatchSystem, context: LauncherContext): Launcher {
  const settings = readRole(system.stem, context);
  const launcher: Launcher = {
    submit: (spec) => submit(system, settings, context, spec),
    status: async (handle) => statusOfJob(handle, await jobState(system, jobIdOf(handle))),
    remove: (handle) => removeJob(system, command(settings, 'delete_command'), jobIdOf(handle)),
    signal: async (handle, signal) => {
      const argv: [string, ...string[]] = [...command(settings, 'signal_command'), signal.slice(3), jobIdOf(handle)];
      const ended = await askProgram(argv, system.install);
      if (ended.code !== 0) throw refusal(system, argv[0], ended);
    },
    logs: async (handle) => ({ 0: jobLogs(handle) }),
  };
  return askRarely(launcher, statusEveryMs);
}

const command = (settings: RoleSettings, option: string): [string, ...string[]] => {
  const [program = '', ...args] = settings.words(option);
  if (program !== '') return [program, ...args];
  throw new MusterError('bad_option', `${settings.nameOf(option)} names no program.`);
};

async function submit(
  system: BatchSystem,
  settings: RoleSettings,
  context: LauncherContext,
  spec: LaunchSpec,
): Promise<LaunchHandle> {
  checkCount(spec.n);
  const order = orderOf(settings, context, spec);
  const array =
    order.template === undefined && hasTasks(system, context.role, spec.n) ? await arrayLine(system) : undefined;
  const script = buildBatchScript(system, { ...order, array });
  const given = settings.text('batch_file_name');
  const path = given === '' ? `${spec.profileDir}/log/${spec.identifier}.job` : resolve(spec.workDir, given);
  writeScript(path, script);
  try {
    const argv: [string, ...string[]] = [...command(settings, 'submit_command'), path];
    const ended = await askProgram(argv, system.install, { env: withoutOwnSettings(process.env), cwd: spec.workDir });
    if (ended.code !== 0) throw refusal(system, argv[0], ended);
    const jobId = readJobId(system, settings, ended.stdout);
    return handleOf(system, order, jobId);
  } finally {
    // The system has a copy of its own; this one may hold the key of the cluster.
    if (given === '') rmSync(path, { force: true });
  }
}

function handleOf(
  system: BatchSystem,
  { spec, queue, outputFile, namespace }: BatchOrder,
  jobId: string,
): LaunchHandle {
  const { clusterId, profileDir, n } = spec;
  const state = {
    ...{ cluster_id: clusterId, profile_dir: profileDir, state: 'running', n },
    ...{ job_id: jobId, queue, output_file: outputFile, namespace },
  };
  return { launcher: system.name, processes: {}, n, state };
}

/** What is to be submitted. Throws MusterError `bad_option` for a template that cannot be read. */
function orderOf(settings: RoleSettings, { role, configFolder }: LauncherContext, spec: LaunchSpec): BatchOrder {
  return {
    ...{ role, spec, command: settings.commandOf(spec), queue: settings.text('queue') },
    template: readTemplate(settings, configFolder, spec.workDir),
    namespace: settings.plain('namespace') ?? {},
    further: Object.fromEntries(
      furtherSettings.map((name) => [name, settings.text(name)]).filter(([, value]) => value !== ''),
    ),
    outputFile: resolve(
      spec.workDir,
      settings.text('output_file') || join(profilePart(spec.profileDir, 'log'), `${spec.identifier}.log`),
    ),
  };
}

function readTemplate(settings: RoleSettings, configFolder: string, workDir: string): BatchOrder['template'] {
  const text = settings.text('batch_template');
  if (text !== '') return { text, title: settings.nameOf('batch_template') };
  const name = settings.text('batch_template_file');
  if (name === '') return undefined;
  const places = [resolve(configFolder, name), resolve(workDir, name)];
  const path = places.find((place) => existsSync(place)) ?? places[0]!;
  try {
    return { text: readFileSync(path, 'utf8'), title: `The template ${path}` };
  } catch (error) {
    throw new MusterError(
      'bad_option',
      `The template of the job cannot be read (${reason(error)}).`,
      `Correct ${settings.nameOf('batch_template_file')}: a relative path begins at ${configFolder}, or at ${workDir}.`,
    );
  }
}

async function arrayLine({ versions }: BatchSystem): Promise<string | undefined> {
  if (versions === undefined) return undefined;
  const { stdout, stderr } = await askProgram(versions.command, '').catch(() => ({ stdout: '', stderr: '' }));
  return versions.array(stdout + stderr);
}

function writeScript(path: string, script: string): void {
  try {
    writeFileSync(path, script, { mode: 0o700 });
  } catch (error) {
    throw new MusterError(
      'start_failed',
      `The script of the job cannot be written (${reason(error)}).`,
      'Check that the folder is there, can be written to, and that its disk is not full.',
    );
  }
}

function readJobId(system: BatchSystem, settings: RoleSettings, said: string): string {
  const own = settings.text('job_id_regexp');
  const id = own === '' ? system.jobIdIn(said) : patternOf(own, settings).exec(said)?.[0];
  if (id !== undefined && id !== '' && !id.startsWith('-')) return id;
  throw new MusterError(
    'start_failed',
    `${settings.words('submit_command')[0]} does not tell the number of the job, but: ${said.trim().slice(0, 500) || 'nothing'}`,
    `Look whether it has been taken, and end it; then set ${settings.nameOf('job_id_regexp')}.`,
  );
}

function patternOf(text: string, settings: RoleSettings): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new MusterError('bad_option', `${settings.nameOf('job_id_regexp')}: ${reason(error)}`);
  }
}
