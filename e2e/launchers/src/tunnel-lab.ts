// Machines for tunnels: a controller that listens on loopback of one of them only, ssh servers that come and go, programs there.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client, ConnectOptions } from '@muster/client';
import { connect } from '@muster/client';
import type { Machine, Machines } from '@muster/lab';
import type { Program } from '@muster/testkit';
import { processesOf, runProgram, startProgram, temporaryFolder, until } from '@muster/testkit';
import { ourCommand } from './controller.ts';

/** Starts a program on a machine, in its home folder, with the environment of a login there. */
export const startOn = (
  machine: Machine,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Program> =>
  startProgram([...machine.enter, ...argv], { env: { HOME: '/home/machine', SHELL: '/bin/sh', ...env } });

/** Ends such a program as its user would: only itself, not what brought it to the machine. Resolves to its exit status. */
export async function stopOn(program: Program): Promise<number | null> {
  const itself = (await processesOf(program.tag)).find(({ command }) => command.startsWith(process.execPath));
  process.kill(itself!.pid, 'SIGTERM');
  return (await program.exited).code;
}

export interface SshServer extends AsyncDisposable {
  /** `root@HOST:PORT`. */
  readonly name: string;
  /** Ends it and all its connections at once. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** An ssh server beside the machine's own, which lives as long as the machine. `lines` go before those of the usual configuration. */
export async function startSshServer(
  machine: Machine,
  port: number,
  lines: readonly string[] = [],
): Promise<SshServer> {
  const file = `/run/machine/sshd_config.${port}`;
  await machine.must(`cat - /run/machine/sshd_config | sed 's/^Port .*/Port ${port}/' >${file}`, {
    input: lines.map((line) => `${line}\n`).join(''),
  });
  let program: Program | undefined;
  // Its connections have processes of their own, which would live on.
  const connections = `pkill -KILL -P "$(pgrep -f '[s]shd_config.${port}')"`;
  const kill = async (): Promise<void> => {
    await runProgram([...machine.enter, 'sh', '-c', connections]);
    await program?.stop({ signal: 'SIGKILL' });
  };
  const start = async (): Promise<void> => {
    program = await startProgram([...machine.enter, '/usr/sbin/sshd', '-D', '-e', '-f', file]);
    await program.says('Server listening');
  };
  await start();
  return { name: `root@${machine.name}:${port}`, kill, start, [Symbol.asyncDispose]: kill };
}

export interface HiddenController extends AsyncDisposable {
  readonly program: Program;
  /** Texts of the connection files. */
  readonly engineFile: string;
  readonly clientFile: string;
}

/** On loopback of that machine, as it is when nobody says otherwise. */
export async function startHidden(machine: Machine, args: readonly string[]): Promise<HiddenController> {
  const profile = '/home/machine/profile';
  await machine.must(`rm -rf ${profile}`);
  const program = await startOn(machine, [...ourCommand('ipcontroller'), `--profile-dir=${profile}`, ...args]);
  const read = (side: string): Promise<string> =>
    until(async () => (await machine.run(`cat ${profile}/security/ipcontroller-${side}.json`)).stdout, {
      what: () => `a connection file: ${program.output}`,
      timeoutMs: 20_000,
      everyMs: 100,
    });
  const [engineFile, clientFile] = [await read('engine'), await read('client')];
  return { program, engineFile, clientFile, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** As scp brings it there. */
export async function bring(machine: Machine, path: string, text: string): Promise<void> {
  await machine.must(`umask 077; mkdir -p "$(dirname ${path})"; cat >${path}`, { input: text });
}

/**
 * A login to a host that all of a machine's later ones share: Python's tunnels give ssh one second to be let in, which a busy
 * machine does not keep.
 */
export async function shareLogin(machine: Machine, host: string): Promise<void> {
  await bring(machine, '/home/machine/.ssh/config', 'ControlPath /home/machine/.ssh/shared-%r-%h-%p\n');
  await machine.must(`ssh -o BatchMode=yes -M -N -f ${host} >/dev/null 2>&1 </dev/null`);
}

export interface Here extends AsyncDisposable {
  readonly folder: string;
  /** Options of a client on this machine, which is none of the lab's. */
  options(clientFile: string): Promise<ConnectOptions>;
  connect(clientFile: string, options?: ConnectOptions): Promise<Client>;
}

/** A user on this machine, with an ssh configuration for the machines, and a key. */
export async function userHere(machines: Machines): Promise<Here> {
  const folder = await temporaryFolder('tunnels');
  const hosts = machines.list.map(
    ({ name, address }) => `Host ${name}\n  HostName ${address}\n  HostKeyAlias ${name}\n`,
  );
  await writeFile(join(folder.path, 'known-hosts'), machines.knownHosts);
  await writeFile(
    join(folder.path, 'config'),
    `${hosts.join('')}Host *\n  StrictHostKeyChecking yes\n  UserKnownHostsFile ${join(folder.path, 'known-hosts')}\n  IdentitiesOnly yes\n  ServerAliveInterval 1\n`,
  );
  let files = 0;
  const options: Here['options'] = async (clientFile) => {
    const file = join(folder.path, `client-${++files}.json`);
    await mkdir(folder.path, { recursive: true });
    await writeFile(file, clientFile, { mode: 0o600 });
    const command = `ssh -F ${join(folder.path, 'config')}`;
    return { file, sshKey: machines.keyFile, env: { ...process.env, MUSTER_SSH_COMMAND: command } };
  };
  return {
    folder: folder.path,
    options,
    connect: async (clientFile, more = {}) => connect({ ...(await options(clientFile)), ...more }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
