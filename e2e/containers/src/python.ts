// Stock Python clients, on this machine.
import { dirname, join } from 'node:path';
import { find, pythonIn } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { startProgram } from '@muster/testkit';
import type { ContainerCluster } from './cluster.ts';

const scripts = join(import.meta.dirname, '../../services/python');

/** Starts a script of the services suite with the connection file as its first argument. */
export async function startPython(cluster: ContainerCluster, script: string, ...args: string[]): Promise<Program> {
  const found = await find('ipyparallel');
  if (!found.present) throw new Error(`${found.title}: ${found.why}`);
  const argv = [pythonIn(found.folder), '-W', 'ignore', join(scripts, script), cluster.clientFile, ...args];
  const home = dirname(cluster.clientFile);
  return startProgram(argv, { env: { HOME: home, IPYTHONDIR: join(home, 'ipython'), PYTHONDONTWRITEBYTECODE: '1' } });
}

/** What its last line says, as JSON, when it has ended. Rejects with its output. */
export async function lastLine<T>(program: Program): Promise<T> {
  const { code } = await program.exited;
  const last = program.stdout.trim().split('\n').at(-1);
  if (code !== 0 || !last) throw new Error(`a Python client ended with ${code}:\n${program.output}`);
  return JSON.parse(last) as T;
}
