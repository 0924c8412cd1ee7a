// What is to be read in files of a profile, and who listens where.
import { processesOf, runProgram, until } from '@muster/testkit';
import type { Desk } from './desk.ts';

export interface ConnectionFile {
  readonly interface: string;
  readonly location: string;
  readonly key: string;
  readonly registration: number;
  readonly url: string;
  readonly exec_key: string;
  readonly ssh: string;
}

const defaultProfile = '~/.ipython/profile_default';

/** Waits for the engine file of a controller, and reads it. */
export async function engineFile(desk: Desk, profileDir: string = defaultProfile): Promise<ConnectionFile> {
  const path = `${profileDir}/security/ipcontroller-engine.json`;
  return JSON.parse(await until(() => desk.read(path), { what: `${path} is written`, timeoutMs: 20_000 }));
}

export async function clientFile(desk: Desk, profileDir: string = defaultProfile): Promise<ConnectionFile> {
  const path = `${profileDir}/security/ipcontroller-client.json`;
  return JSON.parse(await until(() => desk.read(path), { what: `${path} is written`, timeoutMs: 20_000 }));
}

/** Names in a folder of a profile, sorted. */
export async function filesIn(desk: Desk, folder: string): Promise<string[]> {
  return (await desk.must(`ls -A ${folder}`)).split('\n').filter((name) => name !== '');
}

/** Addresses (without ports) on which a program of this machine and its descendants listen, each once. */
export async function listeningAddresses(program: { readonly tag: string }): Promise<string[]> {
  const pids = new Set((await processesOf(program.tag)).map(({ pid }) => String(pid)));
  const { stdout } = await runProgram(['ss', '-H', '-t', '-l', '-n', '-p']);
  const own = stdout.split('\n').filter((line) => pids.has(/pid=(\d+)/.exec(line)?.[1] ?? ''));
  return [...new Set(own.map((line) => line.split(/\s+/)[3]!.replace(/:\d+$/, '')))].sort();
}
