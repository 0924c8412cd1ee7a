// What ssh means by what it says. Pure.
import type { ErrorCode } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { SshServer } from './ssh-server.ts';
import { titleOfServer } from './ssh-server.ts';

export interface SshEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** The end of its stderr. */
  readonly said: string;
  /** It was let in, and its local ports were open. */
  readonly wasOpen: boolean;
}

interface Meaning {
  readonly pattern: RegExp;
  readonly code: ErrorCode;
  readonly what: string;
  readonly remedy: (server: SshServer) => string;
}

const known = ({ host, port }: SshServer): string => (port === undefined ? host : `'[${host}]:${port}'`);
const login = ({ host, user, port }: SshServer): string =>
  `${port === undefined ? '' : `-p ${port} `}${user === undefined ? '' : `${user}@`}${host}`;

const meanings: readonly Meaning[] = [
  {
    pattern: /HOST IDENTIFICATION HAS CHANGED|host key .* has changed|possible man-in-the-middle/i,
    code: 'access_denied',
    what: 'shows another host key than the one that is known: it was set up anew, or another machine answers in its place',
    remedy: (server) =>
      `Find out which. If the new key is right, forget the old one (ssh-keygen -R ${known(server)}) and log in once by hand: ssh ${login(server)}`,
  },
  {
    pattern: /Host key verification failed|No .* host key is known/,
    code: 'access_denied',
    what: 'shows a host key that nobody has accepted yet',
    remedy: (server) => `Log in once by hand, and compare the key that is shown: ssh ${login(server)}`,
  },
  {
    pattern: /UNPROTECTED PRIVATE KEY|Load key|Identity file .* not accessible|no such identity/,
    code: 'access_denied',
    what: 'cannot be asked, because the private key cannot be used',
    remedy: () =>
      'Check that the key file is there, belongs to this user and is readable by nobody else (chmod 600). One with a passphrase has to be in an agent: ssh-add FILE',
  },
  {
    pattern: /Permission denied \([^)]*(password|keyboard-interactive)[^)]*\)/,
    code: 'access_denied',
    what: 'takes none of the keys that are here, and a password cannot be given',
    remedy: (server) =>
      `Let this user in by key (ssh-copy-id ${login(server)}), put the key into an agent (ssh-add), or name it: --sshkey=FILE`,
  },
  {
    pattern: /Permission denied|Too many authentication failures/,
    code: 'access_denied',
    what: 'does not let this user in with any of the keys here',
    remedy: () =>
      "Add the public key to the user's ~/.ssh/authorized_keys there, put the right one into an agent (ssh-add), or name it: --sshkey=FILE",
  },
  {
    pattern: /administratively prohibited/,
    code: 'access_denied',
    what: 'lets this user in, but forwards no ports',
    remedy: () =>
      "Have its administrator allow it (AllowTcpForwarding and PermitOpen in sshd_config, no 'restrict' at the key), or name another ssh server.",
  },
  {
    pattern: /Could not resolve hostname|Name or service not known/,
    code: 'unreachable',
    what: 'is not a host that is known here',
    remedy: () => 'Correct the name, give its address, or give it an entry in ~/.ssh/config.',
  },
  {
    pattern: /Connection refused/,
    code: 'unreachable',
    what: 'refuses connections',
    remedy: () => 'Check that its ssh server runs, and the port.',
  },
  {
    pattern: /timed out|Timeout, server .* not responding/i,
    code: 'timeout',
    what: 'does not answer',
    remedy: () => 'Check that it is up, and that no firewall is in between.',
  },
  {
    pattern: /No route to host|Network is unreachable/,
    code: 'unreachable',
    what: 'cannot be reached from here',
    remedy: () => 'Check that it is up, and the route to it.',
  },
  {
    pattern: /Connection (to .* )?(closed|reset)|kex_exchange_identification|Broken pipe/,
    code: 'unreachable',
    what: 'closed the connection',
    remedy: () =>
      'Check the log of its ssh server: it may have been stopped, be overloaded (MaxStartups), or not be one.',
  },
  {
    pattern: /Bad configuration option|terminating, \d+ bad configuration options|Bad owner or permissions on/,
    code: 'bad_option',
    what: 'was not asked, for ssh does not like its configuration',
    remedy: (server) => `Correct what it names, until this works: ssh ${login(server)}`,
  },
];

/** Status of a shell whose program is not there; one less: it may not be run. */
export const noProgram = 127;

/** The error for people when ssh ended. */
export function sshFailure(server: SshServer, program: string, { code, said, wasOpen }: SshEnd): MusterError {
  if (!wasOpen && (code === noProgram || code === noProgram - 1))
    return new MusterError(
      'unreachable',
      `An ssh tunnel needs the program '${program}', which cannot be run here.`,
      'Install it (apt install openssh-client, dnf install openssh-clients, apk add openssh-client), or name another one in $MUSTER_SSH_COMMAND.',
    );
  const meaning = meanings.find(({ pattern }) => pattern.test(said));
  const last = said.trim().split('\n').at(-1)?.trim() || 'it does not say why';
  const title = titleOfServer(server);
  if (meaning === undefined)
    return new MusterError(
      'unreachable',
      `ssh to ${title} ended: ${last}`,
      `See what it says by hand: ssh ${login(server)}`,
    );
  return new MusterError(meaning.code, `The ssh server ${title} ${meaning.what} (${last}).`, meaning.remedy(server));
}

/** A busy ssh server closes some of many that come at once; they may come again. UNKNOWN: a ProxyCommand that failed. */
export const isCrowded = ({ said }: SshEnd): boolean =>
  /kex_exchange_identification|Connection (closed|reset) by (?!UNKNOWN).* port/.test(said) &&
  !/Permission denied/.test(said);

/** Which of these local ports ssh could not open. */
export function takenPorts(said: string, localPorts: readonly number[]): number[] {
  const named = [...said.matchAll(/cannot listen to port: (\d+)/g)].map(([, port]) => Number(port));
  return localPorts.filter((port) => named.includes(port));
}

export const isProhibited = (said: string): boolean => /open failed: administratively prohibited/.test(said);

/** It was let in, and ended because it may run no command there. */
export const isWithoutSession = ({ code, said, wasOpen }: SshEnd): boolean =>
  wasOpen &&
  ((code !== null && code !== 255) || /^exec request failed|open failed: connect failed: open failed/m.test(said));
