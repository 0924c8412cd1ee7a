// A place where scripts of the shell are run: this machine, or one that ssh reaches. A script goes by stdin, so what is
// secret in it shows in no list of processes.
import { MusterError } from '@muster/protocol';
import { knownHostsFor } from './known-hosts.ts';
import type { Ended } from './run-program.ts';

/** A machine as a handle keeps it; the key itself is never in it. */
export interface SiteAddress {
  /** Name, address, or an alias of the ssh configuration. */
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  /** Name of the Secret that holds the private key. */
  readonly keySecret?: string | undefined;
  /** File with the private key. */
  readonly keyFile?: string | undefined;
  /** Lines of a known_hosts file; without them the first key that a host shows is trusted from then on. */
  readonly knownHosts?: string | undefined;
}

export interface Site {
  /** For people: `this machine` or `USER@HOST:PORT`. */
  readonly title: string;
  /**
   * Runs a script of the POSIX shell to its end. Rejects with MusterError when the site cannot be reached or does not end it
   * within `timeoutMs`; what the script itself makes of things is in its status and output.
   */
  run(script: string, options: { readonly timeoutMs: number }): Promise<Ended>;
}

const hostForm = /^[A-Za-z0-9:_][A-Za-z0-9._:%-]*$/;
const userForm = /^[A-Za-z_][A-Za-z0-9._-]*$/;

/** Throws MusterError `bad_option` when a part of it could be taken for something else, an option of ssh say. */
export function checkAddress({ host, user, port }: SiteAddress): void {
  const refuse = (what: string, value: unknown): never => {
    throw new MusterError(
      'bad_option',
      `${JSON.stringify(value)} is not ${what}.`,
      'Correct the profile: hosts are names or addresses, users are names, ports are 1 to 65535.',
    );
  };
  if (!hostForm.test(host) || host.length > 253) refuse('the name or address of a host', host);
  if (user !== undefined && (!userForm.test(user) || user.length > 64)) refuse('the name of a user', user);
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535)) refuse('a port', port);
}

export const titleOf = ({ host, user, port }: SiteAddress): string =>
  `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;

/** A checked address with what belongs to it and nothing else, as it goes into a handle: members that are not there left out. */
export function siteOf({ host, user, port, keySecret, keyFile, knownHosts }: SiteAddress): SiteAddress {
  const site = {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(keySecret === undefined ? {} : { keySecret }),
    ...(keyFile === undefined ? {} : { keyFile }),
    ...(knownHosts === undefined ? {} : { knownHosts: knownHostsFor(host, knownHosts) }),
  };
  checkAddress(site);
  return site;
}
