// The command line of ssh, and what its failures mean. Pure.
import type { ErrorCode } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { SiteAddress } from './site.ts';
import { titleOf } from './site.ts';

export interface SshOptions {
  /** Default `ssh`. */
  readonly program?: readonly string[] | undefined;
  /** The user's own options; they win over ours. */
  readonly args?: readonly string[] | undefined;
  /** Trust hosts as ssh is configured, and no others. */
  readonly trustsAsConfigured?: boolean | undefined;
  readonly connectTimeoutMs: number;
  /** Private key; without it ssh takes those it finds. */
  readonly keyFile?: string | undefined;
  /** known_hosts file with the only keys to trust; without it, new hosts are noted down as they come. */
  readonly knownHostsFile?: string | undefined;
}

const options = {
  BatchMode: 'yes',
  ConnectionAttempts: '1',
  ServerAliveInterval: '10',
  ServerAliveCountMax: '2',
  // One connection a script, whatever the user's configuration shares: a shared one would end with its first user.
  ControlMaster: 'no',
  ControlPath: 'none',
  ClearAllForwardings: 'yes',
  ForwardAgent: 'no',
  ForwardX11: 'no',
  PermitLocalCommand: 'no',
  RequestTTY: 'no',
  LogLevel: 'ERROR',
};

/** The shell is named, because the user's own may be of another kind. Address parts have been checked. */
export function sshCommand(
  { host, user, port }: SiteAddress,
  { program = ['ssh'], args = [], ...settings }: SshOptions,
): [string, ...string[]] {
  return [
    ...(program as [string, ...string[]]),
    ...args,
    ...sshOptions(settings),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    '--',
    host,
    'exec /bin/sh',
  ];
}

/** Ours, as ssh and scp take them. */
export function sshOptions({ connectTimeoutMs, trustsAsConfigured, ...files }: SshOptions): string[] {
  const patience = { ConnectTimeout: String(Math.ceil(connectTimeoutMs / 1000)) };
  const trust: Record<string, string> =
    files.knownHostsFile === undefined
      ? trustsAsConfigured
        ? {}
        : { StrictHostKeyChecking: 'accept-new' }
      : {
          StrictHostKeyChecking: 'yes',
          UserKnownHostsFile: quoted(files.knownHostsFile),
          GlobalKnownHostsFile: '/dev/null',
        };
  const key: Record<string, string> =
    files.keyFile === undefined ? {} : { IdentitiesOnly: 'yes', IdentityAgent: 'none' };
  const all = Object.entries({ ...options, ...patience, ...trust, ...key });
  return [
    ...all.flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(files.keyFile === undefined ? [] : ['-i', files.keyFile]),
  ];
}

/** In an option ssh splits files at spaces. */
const quoted = (path: string): string => `"${path}"`;

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: string;
}

const meanings: readonly Meaning[] = [
  {
    pattern: /HOST IDENTIFICATION HAS CHANGED|host key .* has changed|host key for .* has changed/i,
    code: 'access_denied',
    what: 'shows another host key than the one that is known: it was set up anew, or another machine answers in its place',
    remedy:
      'Find out which; then put its new key into knownHosts (ssh-keyscan HOST), or take the old one out (ssh-keygen -R HOST).',
  },
  {
    pattern: /Host key verification failed|No .* host key is known/,
    code: 'access_denied',
    what: 'shows a host key that is not among the known hosts',
    remedy:
      'Check its key, and add it to the known hosts: connect once by hand (ssh HOST), or see what ssh-keyscan HOST prints.',
  },
  {
    pattern: /Load key|UNPROTECTED PRIVATE KEY|Identity file .* not accessible/,
    code: 'access_denied',
    what: 'cannot be asked, because the private key cannot be used',
    remedy: 'Check that the key is there, belongs to this user, is readable by nobody else and has no passphrase.',
  },
  {
    pattern: /Permission denied|Too many authentication failures/,
    code: 'access_denied',
    what: 'does not let this user in with this key',
    remedy:
      "Nobody can be asked for a password here: add the public key to the user's ~/.ssh/authorized_keys there (ssh-copy-id), or correct the user or the key.",
  },
  {
    pattern: /Could not resolve hostname|Name or service not known/,
    code: 'unreachable',
    what: 'is not a host that is known here',
    remedy: 'Correct the name in the profile, or give its address.',
  },
  {
    pattern: /Connection refused/,
    code: 'unreachable',
    what: 'refuses connections',
    remedy: 'Check that its ssh server runs, and the port.',
  },
  {
    pattern: /timed out|Timeout, server .* not responding/i,
    code: 'timeout',
    what: 'does not answer',
    remedy: 'Check that it is up, and that no firewall is in between.',
  },
  {
    pattern: /No route to host|Network is unreachable/,
    code: 'unreachable',
    what: 'cannot be reached from here',
    remedy: 'Check that it is up, and the route to it.',
  },
  {
    pattern: /Connection (closed|reset)|kex_exchange_identification|Broken pipe/,
    code: 'unreachable',
    what: 'closed the connection',
    remedy: 'Check the log of its ssh server: it may be overloaded (MaxStartups), or not be one.',
  },
];

/** What ssh's exit status 255 means. */
export function sshFailure(address: SiteAddress, stderr: string): MusterError {
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const meaning = meanings.find(({ pattern }) => pattern.test(stderr));
  if (meaning === undefined)
    return new MusterError('unreachable', `ssh to ${titleOf(address)} failed: ${said || 'it does not say why'}`);
  return new MusterError(meaning.code, `${titleOf(address)} ${meaning.what} (${said}).`, meaning.remedy);
}
