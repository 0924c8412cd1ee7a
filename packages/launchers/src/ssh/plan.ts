// Which engines go to which hosts, with what, from the settings of the user. Pure.
import type { JsonObject } from '@muster/protocol';
import { isJsonObject, MusterError } from '@muster/protocol';
import type { SiteAddress } from '../sites/site.ts';
import { siteOf } from '../sites/site.ts';

/** Engines of one host. */
export interface HostPlan {
  /** As the user wrote the host. */
  readonly host: string;
  readonly site: SiteAddress;
  readonly n: number;
  /** Its own arguments; undefined for those of all. */
  readonly args?: readonly string[] | undefined;
  /** Its own program; undefined for that of all. */
  readonly program?: readonly string[] | undefined;
}

/** `HOST`, `USER@HOST`, `USER@HOST:PORT`, `[ADDRESS]:PORT`. Throws MusterError `bad_option`. */
export function parseLocation(text: string, user = ''): SiteAddress {
  const [, named, bracketed, plain, port] = /^(?:([^@]*)@)?(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined)
    throw new MusterError(
      'bad_option',
      `${JSON.stringify(text)} is not a host.`,
      'Write HOST, USER@HOST or USER@HOST:PORT.',
    );
  const login = named || user || undefined;
  return siteOf({ host, user: login, port: port === undefined ? undefined : Number(port) });
}

/**
 * `SSHEngineSetLauncher.engines` cut to n engines, host by host in their order. Throws MusterError `bad_option` when it names none, or
 * fewer than n.
 */
export function planHosts(engines: JsonObject | undefined, n: number, user = ''): HostPlan[] {
  const hosts = Object.entries(engines ?? {});
  if (hosts.length === 0)
    throw new MusterError(
      'bad_option',
      'SSHEngineSetLauncher.engines names no hosts.',
      'Say how many engines each has: c.SSHEngineSetLauncher.engines = { host1: 2, "user@host2": 4 }.',
    );
  const plans: HostPlan[] = [];
  let left = n;
  for (const [host, given] of hosts) {
    const own = readHost(given);
    const count = Math.min(own.n, left);
    left -= count;
    if (count > 0) plans.push({ host, site: parseLocation(host, user), ...own, n: count });
  }
  if (left === 0) return plans;
  throw new MusterError(
    'bad_option',
    `SSHEngineSetLauncher.engines has room for ${n - left} engines, and ${n} were asked for.`,
    `Ask for at most ${n - left} (-n), or name more hosts.`,
  );
}

/** How many engines there is room for. */
export const countSlots = (engines: JsonObject | undefined): number =>
  Object.values(engines ?? {}).reduce<number>((sum, given) => sum + readHost(given).n, 0);

/** A form that settings have been checked for: 2, [2, args], {n, engine_args, engine_cmd}. */
function readHost(given: unknown): Pick<HostPlan, 'n' | 'args' | 'program'> {
  if (typeof given === 'number') return { n: given };
  if (Array.isArray(given)) return { n: given[0] as number, args: given[1] as string[] };
  if (!isJsonObject(given)) return { n: 0 };
  const { n = 1, engine_args: args, engine_cmd: program } = given;
  return { n: n as number, args: args as string[] | undefined, program: program as string[] | undefined };
}

/** The profile folder there: named in arguments or settings, else the same, beginning at the home folder there when it does so here. */
export function remoteProfileDir(args: readonly string[], setting: string, profileDir: string, home: string): string {
  const at = args.findLastIndex((arg) => /^--(profile-dir|ProfileDir\.location)(=|$)/.test(arg));
  const [, attached] = /=(.*)$/s.exec(args[at] ?? '') ?? [];
  const named = at < 0 ? '' : (attached ?? args[at + 1] ?? '');
  const path = named || setting;
  if (path !== '') return path.startsWith('/') || path.startsWith('~') ? path : `~/${path}`;
  return `${profileDir}/`.startsWith(`${home.replace(/\/$/, '')}/`) && home !== '/'
    ? `~${profileDir.slice(home.replace(/\/$/, '').length)}`
    : profileDir;
}
