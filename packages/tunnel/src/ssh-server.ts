// The name of a tunnel host, as connection files and options have it (§1.2): `[user@]host[:port]`. Pure.
import { MusterError } from '@muster/protocol';

export interface SshServer {
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

const hostForm = /^[A-Za-z0-9:_][A-Za-z0-9._:%-]{0,252}$/;
/** What ssh itself refuses in the name of a user, and what could be taken for an option. */
const userForm = /^[^\s\p{C}'"`;&<>|(){}$\\-][^\s\p{C}'"`;&<>|(){}$\\]{0,63}$/u;

/**
 * Reads `[user@]host[:port]`; host may be an alias of the ssh configuration, an IPv6 address with or without brackets.
 * Throws MusterError `bad_option` when a part could be taken for something else, an option of ssh say.
 */
export function parseSshServer(text: string): SshServer {
  const refuse = (what: string): never => {
    throw new MusterError(
      'bad_option',
      `${JSON.stringify(text.slice(0, 200))} is not an ssh server: ${what}.`,
      'Give [user@]host[:port]; host may be an alias of ~/.ssh/config.',
    );
  };
  const at = text.lastIndexOf('@');
  const user = at === -1 ? undefined : text.slice(0, at);
  const [host, port] = splitPort(text.slice(at + 1));
  if (!hostForm.test(host)) refuse('the host is no name or address');
  if (user !== undefined && !userForm.test(user)) refuse('the user is no name');
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    refuse('the port is not one of 1 to 65535');
  return { host, user, port: port === undefined ? undefined : Number(port) };
}

function splitPort(place: string): [host: string, port: string | undefined] {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(place);
  if (bracketed !== null) return [bracketed[1]!, bracketed[2]];
  const colon = place.indexOf(':');
  // More than one colon without brackets: an IPv6 address alone.
  if (colon === -1 || place.includes(':', colon + 1)) return [place, undefined];
  return [place.slice(0, colon), place.slice(colon + 1)];
}

/** For people. */
export const titleOfServer = ({ host, user, port }: SshServer): string =>
  `${user === undefined ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}${port === undefined ? '' : `:${port}`}`;
