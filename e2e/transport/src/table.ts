// What is judged: every transport of ours, beside every peer, over every kind of endpoint.
import { join } from 'node:path';
import { temporaryFolder } from '@muster/testkit';
import type { TransportName } from '@muster/transport';
import { transportNames } from '@muster/transport';
import { afterAll, onTestFinished } from 'vitest';
import type { Peer } from './peers/peer.ts';
import type { PyzmqPeer } from './peers/pyzmq.ts';
import { startPyzmq } from './peers/pyzmq.ts';
import { startZeromq } from './peers/zeromq.ts';

export const transports: readonly TransportName[] = transportNames;

/** The transport over libzmq is here to prove the tests: what only a transport of our own promises is not asked of it. */
export const isOwn = (name: TransportName): boolean => (name as string) === 'zmtp';
export const ownTransports: readonly TransportName[] = transports.filter(isOwn);

export const peers: Readonly<Record<string, () => Peer | Promise<Peer>>> = { pyzmq: startPyzmq, zeromq: startZeromq };

const shared = new Map<string, Promise<Peer>>();
afterAll(async () => {
  for (const peer of shared.values()) await (await peer).end();
});

/** One for all tests of a file. */
export function peerOf(name: string): Promise<Peer> {
  const peer = shared.get(name) ?? Promise.resolve(peers[name]!());
  shared.set(name, peer);
  return peer;
}

/** A pyzmq with this test's life, to be stopped and killed. */
export async function startOwnPyzmq(): Promise<PyzmqPeer> {
  const peer = await startPyzmq();
  onTestFinished(() => peer.end());
  return peer;
}

export type Scheme = 'tcp' | 'ipc';
/** The port of the transport over libzmq knows only tcp. */
export const schemesOf = (name: TransportName): readonly Scheme[] => (isOwn(name) ? ['tcp', 'ipc'] : ['tcp']);

/** Where to bind, of this test's own. */
export async function freeEndpoint(scheme: Scheme): Promise<string> {
  if (scheme === 'tcp') return 'tcp://127.0.0.1:*';
  const folder = await temporaryFolder('transport');
  onTestFinished(() => folder.remove());
  return `ipc://${join(folder.path, 'socket')}`;
}
