// A nats-server: the one that is here, else Debian's.
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProgram } from '@muster/testkit';
import { ensureDebianPackages } from './debian.ts';
import type { Part } from './part.ts';

export const natsServerIn = (folder: string): string => join(folder, 'nats-server');

/** Headers and the answer that nobody listens came with 2.2; the tests were written against Debian's 2.9. */
const oldest = [2, 9] as const;

/** What is wrong with that program; undefined when it is a nats-server that is new enough. */
async function faultOf(path: string): Promise<string | undefined> {
  const run = await runProgram([path, '--version'], { timeoutMs: 20_000 }).catch((error: Error) => error);
  if (run instanceof Error) return run.message;
  const [, major, minor] = /^nats-server: v?(\d+)\.(\d+)/m.exec(run.output) ?? [];
  if (run.code !== 0 || major === undefined) return `${path} does not tell its version`;
  const isNewEnough = Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
  return isNewEnough ? undefined : `it has version ${major}.${minor}, and ${oldest.join('.')} is needed`;
}

/** The first that works: NATS_SERVER, those on PATH, where Debian puts it. */
async function findServer(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'].filter((folder) => folder !== '');
  const paths = [
    ...(env.NATS_SERVER ? [env.NATS_SERVER] : []),
    ...folders.map((folder) => join(folder, 'nats-server')),
  ];
  for (const path of new Set(paths)) if ((await faultOf(path)) === undefined) return path;
  return undefined;
}

export const nats: Part = {
  title: 'nats-server',
  folderName: 'nats',
  recipe: `nats-server ${oldest.join('.')} or later of this machine`,
  async build(folder, progress) {
    let path = await findServer();
    if (path === undefined) {
      await ensureDebianPackages(['nats-server'], progress);
      path = await findServer();
    }
    if (path === undefined) throw new Error('No nats-server was found; name one by NATS_SERVER=/path/to/nats-server');
    await mkdir(folder);
    await symlink(path, natsServerIn(folder));
  },
  fault: (folder) => faultOf(natsServerIn(folder)),
};
