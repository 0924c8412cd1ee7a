// What a lab of machines needs: an OpenSSH server, and the right to make namespaces with a network of their own.
import { mkdir } from 'node:fs/promises';
import { runProgram } from '@muster/testkit';
import { ensureDebianPackages } from './debian.ts';
import type { Part } from './part.ts';

const packages = ['openssh-server', 'openssh-client', 'iproute2', 'util-linux'];

/** The last line that a command says when it fails; undefined when it works. */
export async function faultOfCommand(argv: readonly string[]): Promise<string | undefined> {
  const run = await runProgram(argv, { timeoutMs: 20_000 }).catch((error: Error) => error);
  if (run instanceof Error) return run.message;
  return run.code === 0 ? undefined : `${argv.join(' ')} says: ${run.output.trim().split('\n').at(-1)}`;
}

/** A veth pair in a network namespace that ends with the command: nothing stays, and nobody else sees it. */
const tryNamespaces = ['unshare', '-m', '-u', '-i', '-p', '-f', '-n', 'ip', 'link', 'add', 'pair0', 'type', 'veth'];

export const machines: Part = {
  title: 'OpenSSH server and namespaces',
  folderName: 'machines',
  recipe: packages.join(),
  async build(folder, progress) {
    await ensureDebianPackages(packages, progress);
    await mkdir(folder);
  },
  async fault() {
    if (process.platform !== 'linux') return 'it needs Linux';
    if (process.getuid?.() !== 0) return 'it needs root: namespaces with networks of their own';
    return (
      (await faultOfCommand(tryNamespaces)) ??
      (await faultOfCommand(['sh', '-c', 'command -v /usr/sbin/sshd ssh-keygen']))
    );
  },
};
