// A cluster of its own for the demo: in a temporary profile, so that nothing in the user's home is touched.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';

const ipcluster = fileURLToPath(new URL('../../../packages/cli/bin/ipcluster.js', import.meta.url));

/** Starts `ipcluster start -n N`, gives a connected client to `work`, and stops everything on every way out. */
export async function withCluster(n: number, work: (client: Client) => Promise<void>): Promise<void> {
  const profileDir = await mkdtemp(join(tmpdir(), 'muster-demo-'));
  const child = spawn(process.execPath, [ipcluster, 'start', '-n', String(n), `--profile-dir=${profileDir}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit');
  const interrupted = Promise.withResolvers<never>();
  const interrupt = (signal: NodeJS.Signals): void => interrupted.reject(new Error(`stopped by ${signal}`));
  for (const signal of signals) process.once(signal, interrupt);
  let client: Client | undefined;
  try {
    const failed = exited.then(([status]) => Promise.reject(new Error(`ipcluster ended with status ${status}`)));
    const job = async (): Promise<void> => {
      client = await connectWhenThere(profileDir);
      await client.waitForEngines(n);
      await work(client);
    };
    await Promise.race([job(), failed, interrupted.promise]);
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
    await client?.close();
    if (child.exitCode === null) child.kill('SIGTERM');
    await exited;
    await rm(profileDir, { recursive: true, force: true });
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The connection file appears when the controller is up. */
async function connectWhenThere(profileDir: string): Promise<Client> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await connect({ profileDir });
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== 'connection_file_missing' || performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
