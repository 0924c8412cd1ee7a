// The cable between a room and this machine: a pair of interfaces on a network that nobody here uses yet. It goes when
// the room goes.
import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { mustRun } from '@muster/provision';
import type { Room } from './room.ts';

export interface Link {
  /** The node's address, reachable from this machine. */
  readonly node: string;
  readonly here: string;
}

const isUsed = (network: string): boolean =>
  Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address.startsWith(network));

function freeNetwork(): string {
  for (let round = 0; round < 200; round++) {
    const network = `10.99.${randomInt(1, 255)}.`;
    if (!isUsed(network)) return network;
  }
  throw new Error('no network 10.99.x.0/24 is free; are there clusters that nobody stopped? See: ip address');
}

export async function linkRoom(room: Room): Promise<Link> {
  const network = freeNetwork();
  const [node, here] = [`${network}1`, `${network}254`];
  const ip = (...args: string[]): Promise<string> => mustRun(['ip', ...args]);
  const ipInside = (...args: string[]): Promise<string> => mustRun(room.inside(['ip', ...args]));
  await ip('link', 'add', room.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(room.pid));
  await ip('address', 'add', `${here}/24`, 'dev', room.name);
  await ip('link', 'set', room.name, 'up');
  await ipInside('address', 'add', `${node}/24`, 'dev', 'eth0');
  await ipInside('link', 'set', 'eth0', 'up');
  // Components look for the interface of the default route; nothing is forwarded at its end.
  await ipInside('route', 'add', 'default', 'via', here, 'dev', 'eth0');
  return { node, here };
}
