import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { createServer } from 'node:net';

/** Where Linux begins to hand out ports by itself: below it nobody gets a port who did not ask for it. */
async function firstEphemeralPort(): Promise<number> {
  const text = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768');
  return Number.parseInt(text, 10);
}

const lowest = 10_000;

/** The first of `count` ports in a row that were free a moment ago, and that nobody gets by chance. */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number> {
  const room = (await firstEphemeralPort()) - lowest - count;
  for (let attempt = 0; attempt < 50; attempt++) {
    const first = lowest + Math.floor(Math.random() * room);
    if (await areFree(first, count, host)) return first;
  }
  throw new Error(`There are no ${count} free ports in a row.`);
}

async function areFree(first: number, count: number, host: string): Promise<boolean> {
  const servers: Server[] = [];
  try {
    for (let port = first; port < first + count; port++) {
      const server = createServer().listen(port, host);
      servers.push(server);
      await once(server, 'listening');
    }
    return true;
  } catch {
    return false;
  } finally {
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  }
}
