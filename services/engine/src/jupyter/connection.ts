// The connection file by which a Jupyter kernel learns where to listen.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@muster/machine/node';
import { MusterError } from '@muster/protocol';

const channelNames = ['shell', 'iopub', 'stdin', 'control', 'hb'] as const;
export type JupyterChannel = (typeof channelNames)[number];

export interface JupyterConnection {
  readonly ports: Readonly<Record<JupyterChannel, number>>;
  readonly key: string;
  readonly path: string;
  /** Holds the file and nothing else; nobody else can read it. */
  readonly folder: string;
}

/** Chooses ports that are free at this moment, and writes the file. Rejects with MusterError `start_failed` where that cannot be. */
export async function writeConnection(kernel: string): Promise<JupyterConnection> {
  const numbers = await freePorts(channelNames.length);
  const ports = Object.fromEntries(channelNames.map((name, i) => [name, numbers[i]])) as JupyterConnection['ports'];
  const key = newId();
  const content = {
    transport: 'tcp',
    ip: '127.0.0.1',
    ...Object.fromEntries(channelNames.map((name) => [`${name}_port`, ports[name]])),
    signature_scheme: 'hmac-sha256',
    key,
    kernel_name: kernel,
  };
  return { ports, key, ...writePrivately(JSON.stringify(content)) };
}

function writePrivately(text: string): Pick<JupyterConnection, 'folder' | 'path'> {
  let folder = '';
  try {
    folder = mkdtempSync(join(tmpdir(), 'muster-kernel-'));
    const path = join(folder, 'connection.json');
    writeFileSync(path, text, { mode: 0o600 });
    return { folder, path };
  } catch (error) {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
    throw new MusterError(
      'start_failed',
      `The kernel's connection file cannot be written: ${(error as Error).message}`,
      'Free some space, or name another folder for temporary files: $TMPDIR',
    );
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const server = createServer().listen(0, '127.0.0.1');
      servers.push(server);
      await once(server, 'listening');
    }
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  }
}
