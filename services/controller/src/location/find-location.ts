// The guess of this very machine, and what is said of it.
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Logger } from '@muster/telemetry';
import { addressForOthers, defaultLocation } from '@muster/transport';
import type { Location, Machine } from './choose-location.ts';
import { chooseLocation, isLoopback, outerIpv6 } from './choose-location.ts';
import { parseDefaultRoutes } from './default-routes.ts';

/** How others reach a controller that listens at these addresses; `given` wins. The log tells what was guessed. */
export function findLocation(given: string, listening: readonly string[], log: Logger): string {
  const machine = readMachine();
  const found = chooseLocation(given, listening, machine);
  sayGuess(found, machine, log);
  if (listening.some((address) => address.startsWith('[')))
    log.warn({ addresses: listening }, 'IPv6: clients and engines of Python cannot come by it, those of Muster can');
  if (found.from === 'given') void warnIfUnreachable(given, listening, log);
  return found.location;
}

export function readMachine(): Machine {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).map(({ address, family, internal }) => ({ name, address, family, internal })),
  );
  return { hostName: defaultLocation(), addresses, defaultRoutes: readDefaultRoutes() };
}

function readDefaultRoutes(): readonly string[] {
  try {
    return parseDefaultRoutes(readFileSync('/proc/net/route', 'latin1'));
  } catch {
    return [];
  }
}

function sayGuess({ location, from, name, others }: Location, machine: Machine, log: Logger): void {
  if (from === 'given' || from === 'listening') return;
  const ipv6 = outerIpv6(machine).join(', ');
  if (from === 'none') {
    const remedy = ipv6 === '' ? 'connect it to a network' : `--ip=ADDRESS with one of ${ipv6}`;
    log.warn({ location, remedy }, 'no IPv4 address but loopback: engines and clients elsewhere cannot come');
  }
  if (from !== 'guessed') return;
  const also = others.length === 0 ? {} : { also: others.join(', ') };
  const why = machine.defaultRoutes.includes(name ?? '') ? 'default route' : 'first interface';
  const remedy = '--location=HOST, if others reach it elsewhere';
  log.info({ location, interface: name, why, ...also, remedy }, 'location guessed');
  if (ipv6 !== '')
    log.info({ addresses: ipv6, remedy: '--ip=ADDRESS listens at one' }, 'listening at IPv4 addresses only');
}

/** Does not hold up the start: a name server may take its time. */
async function warnIfUnreachable(location: string, listening: readonly string[], log: Logger): Promise<void> {
  if (isIP(location) === 0 && location !== defaultLocation()) {
    const why = await lookup(location).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    const remedy = 'give a name that engines and clients can look up, or an IP address';
    if (why !== undefined) log.warn({ location, why, remedy }, '--location cannot be looked up here');
  }
  const isInner = location === 'localhost' || isLoopback(location);
  if (isInner && !listening.every(isLoopback))
    log.warn(
      { location, remedy: 'leave --location out' },
      '--location is loopback: peers elsewhere look for themselves',
    );
}

/** An address of this very machine for those who look for what listens at `listening`: the location, when it is one. */
export function ownAddress(location: string, listening: string): string {
  const isHere = readMachine().addresses.some(({ address, internal }) => address === location && !internal);
  return listening === '0.0.0.0' && isHere ? location : addressForOthers(listening);
}
