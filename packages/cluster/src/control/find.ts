// A cluster that another program started: found by its file, with the launchers and settings that it was started with.
import { claimHolder, profileLabel } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { type FoundCluster, loadCluster } from '../cluster-store.ts';
import { readNotes } from '../notes.ts';
import type { Place } from '../place.ts';
import { type OrderParts, orderOfFound } from './create-order.ts';
import type { Order } from './order.ts';

export interface Found {
  readonly cluster: FoundCluster;
  readonly order: Order;
}

/** `default`, `default:ID`. */
export const nameOf = ({ profileDir, clusterId }: Place): string =>
  `${profileLabel(profileDir)}${clusterId === '' ? '' : `:${clusterId}`}`;

/** Undefined when there is no (readable) cluster file. */
export async function tryCluster(
  place: Place,
  parts: Pick<OrderParts, 'tell' | 'warn'> = {},
): Promise<Found | undefined> {
  const { order: saved } = readNotes(place);
  const { launchers } = orderOfFound(place, {}, saved, parts);
  const cluster = await loadCluster(place, launchers);
  return cluster && { cluster, order: { ...orderOfFound(place, cluster.options, saved, parts), launchers } };
}

/** Throws MusterError `no_cluster`: without one, or when it was started on another machine. */
export async function findCluster(place: Place, parts?: Pick<OrderParts, 'tell' | 'warn'>): Promise<Found> {
  const found = await tryCluster(place, parts);
  if (found === undefined) throw noCluster(place);
  const { otherHost } = found.cluster;
  if (otherHost === undefined) return found;
  throw new MusterError(
    'no_cluster',
    `Cluster ${nameOf(place)} was started on ${otherHost}, not here.`,
    'Go there to stop it; or, if that machine is no more, run: ipcluster clean --force',
  );
}

export function noCluster(place: Place): MusterError {
  const holder = claimHolder(place.profileDir, place.clusterId);
  if (holder === undefined) return new MusterError('no_cluster', `There is no cluster ${nameOf(place)}.`);
  return new MusterError(
    'no_cluster',
    `Cluster ${nameOf(place)} was not started by ipcluster: process ${holder.pid} is its controller.`,
    `End it with: kill ${holder.pid}`,
  );
}

/** Of a cluster that was not started by this ipcluster, or API: with what, is not known. */
export const notOurs = (place: Place): MusterError =>
  new MusterError(
    'no_cluster',
    `Cluster ${nameOf(place)} was started by ipyparallel: with which programs and settings is not written anywhere.`,
    'Restart it with the program that started it; or stop it (ipcluster stop) and start it here.',
  );
