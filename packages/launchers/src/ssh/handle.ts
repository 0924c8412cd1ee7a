// What is kept of launches by ssh, under the names of ipyparallel's cluster files (§9.2), so that its programs find them too.
import type { Json, JsonObject } from '@muster/protocol';
import { isJsonObject } from '@muster/protocol';
import type { SiteHandle } from '../folder/folder-launches.ts';
import { launchesFolder } from '../folder/prelude.ts';
import type { LaunchedProcess, LaunchHandle, LaunchSpec } from '../port.ts';
import type { SiteAddress } from '../sites/site.ts';
import { siteOf } from '../sites/site.ts';

/** Programs that connect, as settings name them. */
export interface SshPrograms {
  readonly ssh: { readonly program: readonly string[]; readonly args: readonly string[] };
  readonly scp: { readonly program: readonly string[]; readonly args: readonly string[] };
}

/** One process there. */
export interface RemoteLaunch {
  /** As in the handle: `host/0`; `0` of a controller. */
  readonly key: string;
  /** Id of the launch's folder. */
  readonly id: string;
  readonly site: SiteAddress;
  readonly pid: number;
  readonly profileDir: string;
}

export interface RemoteHandle {
  readonly spec: Pick<LaunchSpec, 'clusterId' | 'profileDir'>;
  readonly programs: SshPrograms;
  readonly launches: readonly RemoteLaunch[];
}

export function engineSetHandle({ spec, programs, launches }: RemoteHandle): LaunchHandle {
  const engines = Object.fromEntries(launches.map((launch) => [launch.key, stateOf(launch, spec, programs)]));
  const state = { ...baseOf(spec), ...programsOf(programs), pid: -1, n: launches.length, engines };
  return { launcher: 'ssh', processes: processesOf(launches), n: launches.length, state };
}

export function controllerHandle({ spec, programs, launches }: RemoteHandle): LaunchHandle {
  const [launch] = launches;
  return { launcher: 'ssh', processes: processesOf(launches), n: 1, state: stateOf(launch!, spec, programs) };
}

const processesOf = (launches: readonly RemoteLaunch[]): Record<string, LaunchedProcess> =>
  Object.fromEntries(launches.map(({ key, pid }) => [key, { pid, outputFile: '' }]));

const baseOf = ({ clusterId, profileDir }: RemoteHandle['spec']): JsonObject => ({
  ...{ cluster_id: clusterId, profile_dir: profileDir, state: 'running' },
});

const programsOf = ({ ssh, scp }: SshPrograms): JsonObject => ({
  ssh_cmd: [...ssh.program],
  ssh_args: [...ssh.args],
  scp_cmd: [...scp.program],
  scp_args: [...scp.args],
});

function stateOf(
  { id, site, pid, profileDir }: RemoteLaunch,
  spec: RemoteHandle['spec'],
  programs: SshPrograms,
): JsonObject {
  const { host, user = '', port } = site;
  const ported = (args: readonly string[], flag: string): string[] =>
    port === undefined ? [...args] : [...args, flag, String(port)];
  const remote = (path: string): string => path.replace(/^~\//, '');
  return {
    ...baseOf(spec),
    ...programsOf(programs),
    ssh_args: ported(programs.ssh.args, '-p'),
    scp_args: ported(programs.scp.args, '-P'),
    ...{ hostname: host, user, ...(port === undefined ? {} : { port }), pid, n: 1, launch_id: id },
    remote_profile_dir: remote(profileDir),
    remote_output_file: `${launchesFolder}/${id}/log`,
    output_file: '',
  };
}

/** Launches of a handle, as far as it tells them; those of Python's have no id. */
export function readLaunches({
  processes,
  state,
}: LaunchHandle): (Omit<RemoteLaunch, 'id'> & { readonly id?: string })[] {
  const one = (key: string, from: Json | undefined): (Omit<RemoteLaunch, 'id'> & { id?: string })[] => {
    if (!isJsonObject(from) || typeof from.hostname !== 'string') return [];
    const text = (name: string): string | undefined =>
      typeof from[name] === 'string' && from[name] !== '' ? from[name] : undefined;
    const site = siteOf({ host: from.hostname, user: text('user'), port: portOf(from) });
    const id = text('launch_id');
    const pid = processes[key]?.pid ?? (typeof from.pid === 'number' ? from.pid : -1);
    return [{ key, site, pid, profileDir: text('remote_profile_dir') ?? '', ...(id === undefined ? {} : { id }) }];
  };
  if (isJsonObject(state?.engines)) return Object.entries(state.engines).flatMap(([key, engine]) => one(key, engine));
  return one('0', state);
}

function portOf({ port, ssh_args: args }: JsonObject): number | undefined {
  if (typeof port === 'number') return port;
  const at = Array.isArray(args) ? args.lastIndexOf('-p') : -1;
  return at < 0 ? undefined : Number((args as Json[])[at + 1]) || undefined;
}

/** The programs with which a handle was made; undefined where it does not say. */
export function readPrograms({ state }: LaunchHandle): SshPrograms | undefined {
  const words = (name: string): string[] | undefined => {
    const value = state?.[name];
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? (value as string[]) : undefined;
  };
  const [ssh, scp] = [words('ssh_cmd'), words('scp_cmd')];
  if (!ssh?.length || !scp?.length) return undefined;
  // The port of a controller is in its address.
  const plain = (args: string[], flag: string): string[] => {
    const at = isJsonObject(state?.engines) ? -1 : args.lastIndexOf(flag);
    return at < 0 ? args : args.toSpliced(at, 2);
  };
  return {
    ssh: { program: ssh, args: plain(words('ssh_args') ?? [], '-p') },
    scp: { program: scp, args: plain(words('scp_args') ?? [], '-P') },
  };
}

/** As the parts that work with launch folders take it. */
export const siteHandle = ({ id, site }: Pick<RemoteLaunch, 'id' | 'site'>): SiteHandle => ({
  launcher: 'ssh',
  id,
  n: 1,
  site,
});

/** More of a host are done by several scripts: each has to end in its time. */
const maxPerScript = 100;

export const inParts = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / maxPerScript) }, (_, i) =>
    all.slice(i * maxPerScript, (i + 1) * maxPerScript),
  );

/** Launches by host, as many as one script takes. */
export const bySite = <L extends { readonly site: SiteAddress }>(launches: readonly L[]): [SiteAddress, L[]][] =>
  [...Map.groupBy(launches, ({ site }) => JSON.stringify(site)).values()].flatMap((group) =>
    inParts(group).map((part): [SiteAddress, L[]] => [part[0]!.site, part]),
  );
