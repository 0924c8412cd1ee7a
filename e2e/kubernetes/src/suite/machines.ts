// Machines outside of the cluster that its operator reaches by ssh.
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Machine, Machines } from '@muster/lab';
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

/** Engines for machines: the Python that tests have, and the folders that a machine needs for it. */
export async function sitePython(): Promise<{ readonly command: string[]; readonly shared: string[] }> {
  const program = await pythonProgram();
  return { command: [program, '-m', 'ipyparallel.engine'], shared: [dirname(dirname(program))] };
}

/** uuids of the engines that run on a machine. */
export async function enginesOn(machine: Machine): Promise<string[]> {
  const { stdout } = await machine.run('ps -e -o args=');
  return [...new Set([...stdout.matchAll(/--Session\.session=(\S+)/g)].map(([, uuid]) => uuid!))].sort();
}
