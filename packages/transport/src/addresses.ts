// Where to listen: addresses from what a person wrote.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { MusterError } from '@muster/protocol';

const loopback = '127.0.0.1';

/**
 * The address to bind: an IP as it is, `*` as 0.0.0.0, "" as loopback, a network interface or host name looked up.
 * Throws MusterError `bad_option` for a name that cannot be found.
 */
export async function resolveAddress(text: string): Promise<string> {
  if (text === '') return loopback;
  if (text === '*') return '0.0.0.0';
  if (isIP(text) === 4) return text;
  const plain = text.replace(/^\[(.*)\]$/, '$1');
  if (isIP(plain) === 6) return `[${plain}]`;
  const interfaces = networkInterfaces();
  const found = interfaces[text]?.find(({ family }) => family === 'IPv4') ?? interfaces[text]?.[0];
  if (found !== undefined) return found.family === 'IPv4' ? found.address : `[${found.address}]`;
  try {
    return (await lookup(text, { family: 4 })).address;
  } catch {
    const names = Object.keys(interfaces).join(', ');
    throw new MusterError(
      'bad_option',
      `--ip: there is no address, interface or host '${text}'.`,
      `Give an IP address of this machine, * for all, or an interface (${names}).`,
    );
  }
}

export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '[::1]';

/** True when listening on `a` already covers `b`. */
export const covers = (a: string, b: string): boolean => a === b || a === '0.0.0.0';

/**
 * Where engines and clients reach what listens at `address`: there; of all interfaces, at the first address that other
 * machines can use, if this one has any.
 */
export function addressForOthers(address: string): string {
  if (address !== '0.0.0.0') return address;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? loopback;
}

/** How other machines reach this one, unless told otherwise: the exact host name, which peers compare with theirs (§1.3). */
export const defaultLocation = (): string => hostname();
