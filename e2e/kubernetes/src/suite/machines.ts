// Machines outside of the cluster that its operator reaches by ssh.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Machine, Machines } from '@muster/lab';
import { createMachines } from '@muster/lab';
import { inject } from 'vitest';
import { pythonProgram } from './release.ts';

/** The only Secret that the operator may read keys from, if the chart's values do not say otherwise. */
const secretName = 'muster-ssh';

/** The private key as a Secret, for profiles to name. */
export const keySecret = async ({ keyFile }: Machines): Promise<object> => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: secretName },
  type: 'kubernetes.io/ssh-auth',
  stringData: { 'ssh-privatekey': await readFile(keyFile, 'utf8') },
});

export interface Site {
  readonly host: string;
  readonly user: string;
  readonly keySecret: string;
  readonly knownHosts: string;
}

/** A machine as profiles name it. */
export const siteOf = ({ knownHosts }: Machines, { address }: Machine): Site => ({
  host: address,
  user: 'root',
  keySecret: secretName,
  knownHosts,
});

export interface MachinesBeside {
  readonly machines: Machines;
  /** The node's address among them: to be the release's, so that engines everywhere reach it. */
  readonly address: string;
  /** The program of Python engines there. */
  readonly python: readonly string[];
}

/** Starts machines on a network that the node is plugged into as well. */
export async function machinesBeside(count: number, name: string): Promise<MachinesBeside> {
  const program = await pythonProgram();
  const machines = await createMachines(count, { name, shared: [dirname(dirname(program))] });
  const address = machines.network.nextAddress();
  await machines.network.plug(inject('cluster').roomPid, `${name}-net`, address);
  return { machines, address, python: [program, '-m', 'ipyparallel.engine'] };
}

/** uuids of the engines that run on a machine. */
export async function enginesOn(machine: Machine): Promise<string[]> {
  const { stdout } = await machine.run('ps -e -o args=');
  return [...new Set([...stdout.matchAll(/--Session\.session=(\S+)/g)].map(([, uuid]) => uuid!))].sort();
}
