// Starting controller or engines on one host, by one script.
import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { basename } from 'node:path';
import { connectionPaths } from '@muster/config';
import { startOnSite } from '../folder/folder-launches.ts';
import { quote } from '../folder/shell.ts';
import type { StartOrder } from '../folder/start.ts';
import type { LaunchRole, LaunchSpec } from '../port.ts';
import type { RoleSettings } from '../role-settings.ts';
import type { Site } from '../sites/site.ts';
import { makeProfile, putFile } from './files.ts';
import { inParts, type RemoteLaunch } from './handle.ts';
import type { HostPlan } from './plan.ts';
import { remoteProfileDir } from './plan.ts';

export interface HostStart {
  readonly role: LaunchRole;
  readonly settings: RoleSettings;
  readonly spec: LaunchSpec;
  readonly plan: HostPlan;
  /** Text of the engines' connection file, if it is to be there. Secret. */
  readonly connection?: string | undefined;
  /** Ids of the launches begin so. */
  readonly stem: string;
}

/** The launches before they are made, so that they can be removed however the start ends. */
export function planLaunches({ role, plan, spec, settings, stem }: HostStart): RemoteLaunch[] {
  const command = commandFor({ role, plan, spec, settings });
  const profileDir = remoteProfileDir(command, settings.text('remote_profile_dir'), spec.profileDir, homedir());
  return Array.from({ length: plan.n }, (_, i) => ({
    key: role === 'controller' ? '0' : `${plan.host}/${i}`,
    ...{ id: `${stem}-${i}`, site: plan.site, pid: -1, profileDir },
  }));
}

/** A new one for each host of each start. */
export const newStem = (role: LaunchRole): string => `ip${role}-${randomBytes(8).toString('hex')}`;

/** Resolves to the launches with the numbers of their processes. */
export async function startHost(
  site: Site,
  start: HostStart,
  launches: readonly RemoteLaunch[],
): Promise<RemoteLaunch[]> {
  const { connection, spec } = start;
  const { profileDir } = launches[0]!;
  const file = basename(connectionPaths(spec.profileDir, spec.clusterId).engine);
  const first = [
    makeProfile(profileDir),
    ...(connection === undefined ? [] : [putFile({ path: `${profileDir}/security/${file}`, text: connection })]),
  ].join('\n');
  const orders = launches.map((launch, i) => orderOf(start, launch, i));
  const pids = new Map<string, number>();
  for (const part of inParts(orders)) for (const [id, pid] of await startOnSite(site, part, first)) pids.set(id, pid);
  return launches.map((launch) => ({ ...launch, pid: pids.get(launch.id) ?? -1 }));
}

/** The program and its arguments there. Pure. */
function commandFor({ role, plan, spec, settings }: Pick<HostStart, 'role' | 'plan' | 'spec' | 'settings'>) {
  const python = settings.text('remote_python');
  // Ours stands for none that the user has chosen.
  const ofPython = python !== '' && role === 'engine' && spec.programName !== undefined && !settings.hasProgram;
  const program = plan.program ?? (ofPython ? [python, '-m', 'ipyparallel.engine'] : undefined);
  return settings.commandOf(spec, { ...(program && { program }), ...(plan.args && { args: plan.args }) });
}

function orderOf(start: HostStart, { id, profileDir }: RemoteLaunch, i: number): StartOrder {
  const { spec, connection, settings, plan, role } = start;
  const command = commandFor(start);
  const { programName, programWords = 1 } = spec;
  const isOurs =
    programName !== undefined && !settings.hasProgram && plan.program === undefined && command[0] === spec.command[0];
  const given = Object.entries(spec.environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const name = role === 'controller' ? spec.identifier : `${spec.identifier}-${i}`;
  return {
    ...{ id, command, paths: { IPP_PROFILE_DIR: profileDir } },
    otherwise: isOurs ? { program: programName, words: programWords } : undefined,
    env: {
      IPP_CLUSTER_ID: spec.clusterId,
      ...(connection === undefined ? {} : { IPP_CONNECTION_INFO: connection }),
      ...Object.fromEntries(given),
    },
    logFile: `${profileDir}/log/${name}.log`,
    // The folder may be on this machine only.
    before: `cd ${quote(spec.workDir)} 2>/dev/null || :`,
  };
}
