// A docker daemon: one that runs on this machine is used; else Debian's programs are installed, with which a suite starts
// one of its own.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { ensureDebianPackages } from './debian.ts';
import { faultOfMachine } from './kubernetes.ts';
import { faultOfCommand } from './machines.ts';
import type { Part } from './part.ts';

const packages = ['docker.io', 'iptables', 'iproute2', 'util-linux'];
const defaultSocket = '/var/run/docker.sock';
const pingTimeoutMs = 5000;
/** A daemon of our own keeps its images there. */
const leastMemoryMiB = 3000;

/** Does a docker daemon answer on this Unix socket? */
export const dockerAnswers = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const ping = request({ socketPath, path: '/_ping', timeout: pingTimeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy());
    ping.on('error', () => resolve(false));
    ping.end();
  });

/** Path of the socket where a daemon of this machine answers: that of DOCKER_HOST, else the usual one. */
export async function runningDocker(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const host = env.DOCKER_HOST || `unix://${defaultSocket}`;
  if (!host.startsWith('unix://')) return undefined;
  const socket = host.slice('unix://'.length);
  return (await dockerAnswers(socket)) ? socket : undefined;
}

export const docker: Part = {
  title: 'a docker daemon',
  folderName: 'docker',
  recipe: packages.join(),
  async unfit() {
    return (await runningDocker()) === undefined ? faultOfMachine(leastMemoryMiB) : undefined;
  },
  async build(folder, progress) {
    if ((await runningDocker()) === undefined) await ensureDebianPackages(packages, progress);
    await mkdir(folder);
  },
  async fault() {
    if ((await runningDocker()) !== undefined) return undefined;
    const missing = ['/usr/sbin/iptables', '/usr/bin/nsenter'].find((path) => !existsSync(path));
    return missing === undefined ? faultOfCommand(['/usr/sbin/dockerd', '--version']) : `${missing} is missing`;
  },
};
