// Controller and engines on machines that ssh reaches (§9.4, SSH); no file system need be shared. A process there is a launch folder
// of its own, which outlives the connection.
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';
import type { Launcher, LauncherContext, LaunchHandle, LaunchSpec } from './port.ts';
import { checkCount } from './port.ts';
import { askRarely } from './rarely.ts';
import { type RoleSettings, readRole } from './role-settings.ts';
import type { Sites } from './sites/sites.ts';
import { createSites } from './sites/sites.ts';
import { fetchConnectionFiles, readEngineFile } from './ssh/connection-texts.ts';
import { copyFiles } from './ssh/copy-files.ts';
import { controllerHandle, engineSetHandle, type RemoteLaunch, readPrograms, type SshPrograms } from './ssh/handle.ts';
import { countSlots, type HostPlan, parseLocation, planHosts } from './ssh/plan.ts';
import { logsOf, removeLaunches, signalLaunches, statusOfLaunches } from './ssh/remote-launches.ts';
import { type HostStart, newStem, planLaunches, startHost } from './ssh/start-host.ts';

const statusEveryMs = 5000;

type Pairs = (readonly [string, string])[];

interface Work {
  readonly context: LauncherContext;
  readonly settings: RoleSettings;
  readonly programs: SshPrograms;
  readonly sites: Sites;
}

export function createSshLauncher(context: LauncherContext): Launcher {
  const settings = readRole('SSH', context);
  const usual = programsOf(settings);
  const sitesFor = rememberSites();
  const work: Work = { context, settings, programs: usual, sites: sitesFor(usual) };
  const sitesOf = (handle: LaunchHandle): Sites => sitesFor(readPrograms(handle) ?? usual);
  const launcher: Launcher = {
    submit: (spec) => (context.role === 'controller' ? startController(work, spec) : startEngines(work, spec)),
    status: (handle) => statusOfLaunches(sitesOf(handle), handle),
    remove: (handle) => removeLaunches(sitesOf(handle), handle),
    signal: (handle, signal) => signalLaunches(sitesOf(handle), handle, signal),
    logs: (handle) => logsOf(sitesOf(handle), handle),
    ...(context.role === 'engine' ? { slots: countSlots(settings.plain('engines')) || undefined } : {}),
  };
  return askRarely(launcher, statusEveryMs);
}

function programsOf(settings: RoleSettings): SshPrograms {
  const program = (option: string, usual: string): readonly string[] =>
    settings.words(option).length > 0 ? settings.words(option) : [usual];
  return {
    ssh: { program: program('ssh_cmd', 'ssh'), args: settings.words('ssh_args') },
    scp: { program: program('scp_cmd', 'scp'), args: settings.words('scp_args') },
  };
}

/** Its limits of connections hold for all that one program does. */
function rememberSites(): (programs: SshPrograms) => Sites {
  const made = new Map<string, Sites>();
  return ({ ssh }) => {
    const key = JSON.stringify(ssh);
    const sites = made.get(key) ?? createSites({ ssh });
    made.set(key, sites);
    return sites;
  };
}

async function startController({ context, settings, programs, sites }: Work, spec: LaunchSpec): Promise<LaunchHandle> {
  const location = settings.text('location') || settings.text('hostname');
  if (location === '')
    throw new MusterError(
      'bad_option',
      'SSHControllerLauncher.hostname names no host.',
      "Say where the controller shall run: c.SSHControllerLauncher.hostname = 'HOST'.",
    );
  const site = parseLocation(location, settings.text('user'));
  const plan: HostPlan = { host: location, site, n: 1 };
  const start: HostStart = { role: 'controller', settings, spec, plan, stem: newStem('controller') };
  const copying = { site, programs, folder: context.configFolder };
  const planned = planLaunches(start);
  try {
    await copyFiles('send', settings.plain<Pairs & []>('to_send') ?? [], copying);
    const launches = await startHost(sites(site), start, planned);
    const toFetch = settings.plain<Pairs & []>('to_fetch');
    if (toFetch === undefined)
      await fetchConnectionFiles(sites(site), launches[0]!, { ...spec, command: settings.commandOf(spec) });
    else await copyFiles('fetch', toFetch, copying);
    return controllerHandle({ spec, programs, launches });
  } catch (error) {
    await removeLaunches(sites, controllerHandle({ spec, programs, launches: planned })).catch(() => {});
    throw error;
  }
}

async function startEngines(work: Work, spec: LaunchSpec): Promise<LaunchHandle> {
  checkCount(spec.n);
  const { context, settings, programs, sites } = work;
  const plans = planHosts(settings.plain('engines'), spec.n, settings.text('user'));
  const toSend = settings.plain<Pairs & []>('to_send');
  const connection = toSend === undefined ? await readEngineFile(spec) : undefined;
  const starts = plans.map(
    (plan): HostStart => ({ role: 'engine', settings, spec, plan, connection, stem: newStem('engine') }),
  );
  const outcomes = await Promise.all(starts.map((start, i) => startOn(work, start, toSend ?? [], i * spec.delayMs)));
  const failed = outcomes.filter((outcome) => outcome.error !== undefined);
  const launches = outcomes.flatMap((outcome): readonly RemoteLaunch[] => outcome.launches);
  const goesOn =
    failed.length > 0 && launches.length > 0 && context.values['SSHEngineSetLauncher.skip_unreachable'] === true;
  const unwanted = (goesOn ? failed : failed.length === 0 ? [] : outcomes).flatMap(({ planned }) => planned);
  if (unwanted.length > 0)
    await removeLaunches(sites, engineSetHandle({ spec, programs, launches: unwanted })).catch(() => {});
  if (failed.length > 0 && !goesOn) throw lossError(failed, plans.length);
  for (const { error } of failed) context.warn(`${error!.message} ${(error as MusterError).remedy ?? ''}`.trim());
  if (goesOn)
    context.warn(
      `Going on without ${failed.length} of ${plans.length} hosts: ${launches.length} of ${spec.n} engines.`,
    );
  return engineSetHandle({ spec, programs, launches });
}

interface Outcome {
  readonly host: string;
  /** Those that run; none where there is an error. */
  readonly launches: readonly RemoteLaunch[];
  readonly planned: readonly RemoteLaunch[];
  readonly error?: Error;
}

async function startOn(
  { context, settings, programs, sites }: Work,
  start: HostStart,
  toSend: Pairs,
  delayMs: number,
): Promise<Outcome> {
  const { host, site } = start.plan;
  const planned = planLaunches(start);
  const copying = { site, programs, folder: context.configFolder };
  try {
    await delay(delayMs);
    await copyFiles('send', toSend, copying);
    const launches = await startHost(sites(site), start, planned);
    await copyFiles('fetch', settings.plain<Pairs & []>('to_fetch') ?? [], copying);
    return { host, launches, planned };
  } catch (error) {
    return { host, launches: [], planned, error: error as Error };
  }
}

/** What the first says, and which others did not do either. */
function lossError(failed: readonly Outcome[], hosts: number): Error {
  const [first, ...others] = failed;
  const error = first!.error!;
  if (others.length === 0 || !(error instanceof MusterError)) return error;
  const names = others.map(({ host }) => host);
  const shown = names.length > 5 ? `${names.slice(0, 5).join(', ')}, …` : names.join(', ');
  return new MusterError(
    error.code,
    `${error.message} ${failed.length} of ${hosts} hosts fail; the others: ${shown}.`,
    `${error.remedy} To go on without such hosts: c.SSHEngineSetLauncher.skip_unreachable = true.`,
  );
}
