// How others reach this machine (§1.3), from what is known of its interfaces. Pure; the guess is told with what it was taken over.

/** An address of an interface, as the system lists them. */
export interface OwnAddress {
  readonly name: string;
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  /** Loopback. */
  readonly internal: boolean;
}

export interface Machine {
  readonly hostName: string;
  readonly addresses: readonly OwnAddress[];
  /** Interfaces of default routes, the preferred first. */
  readonly defaultRoutes: readonly string[];
}

export interface Location {
  readonly location: string;
  /**
   * `given` by a person; `listening`: the one address where it listens; `guessed` among several; `host name`: peers compare it
   * with theirs, and that is all they need of a controller on loopback; `none`: it, too, for there is no address that others could use.
   */
  readonly from: 'given' | 'listening' | 'guessed' | 'host name' | 'none';
  /** Interface of a guess. */
  readonly name?: string;
  /** Other addresses that it could have been, the likelier first: `ib0 10.1.0.2`. */
  readonly others: readonly string[];
}

const containerBridge =
  /^(docker|br-[0-9a-f]{6,}|virbr|veth|cni|cali|cilium|flannel|kube|lxc|lxd|podman|nerdctl|weave|vmnet|vboxnet)/;
const tunnel = /^(tun|tap|wg|ppp|tailscale|zt|utun)/;
const everywhere = new Set(['0.0.0.0', '[::]']);

/** `listening`: the addresses of both sides, as they are bound. */
export function chooseLocation(given: string, listening: readonly string[], machine: Machine): Location {
  if (given !== '') return { location: given, from: 'given', others: [] };
  if (!listening.some((address) => everywhere.has(address))) {
    const address = listening.find((one) => !isLoopback(one));
    if (address === undefined) return { location: machine.hostName, from: 'host name', others: [] };
    return { location: address.replace(/^\[(.*)\]$/, '$1'), from: 'listening', others: [] };
  }
  const [best, ...others] = rank(machine);
  if (best === undefined) return { location: machine.hostName, from: 'none', others: [] };
  return {
    location: best.address,
    from: 'guessed',
    name: best.name,
    others: others.map(({ name, address }) => `${name} ${address}`),
  };
}

/** IPv6 addresses by which others could reach this machine: peers of Python and `*` know IPv4 only. */
export const outerIpv6 = ({ addresses }: Machine): readonly string[] =>
  addresses.flatMap(({ family, internal, address }) =>
    family === 'IPv6' && !internal && !/^fe[89ab]/i.test(address) ? [address] : [],
  );

export const isLoopback = (address: string): boolean => /^127\./.test(address) || address === '[::1]';

/** IPv4 addresses that others may reach, the likeliest first; those of one rank as the system lists them. */
function rank({ addresses, defaultRoutes }: Machine): readonly OwnAddress[] {
  const rankOf = ({ name, address }: OwnAddress): number => {
    const route = defaultRoutes.indexOf(name);
    if (address.startsWith('169.254.')) return 4000;
    if (route >= 0) return route;
    if (containerBridge.test(name)) return 3000;
    return tunnel.test(name) ? 2000 : 1000;
  };
  return addresses
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map((own) => ({ own, rank: rankOf(own) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ own }) => own);
}
