// What five idle services hold in memory.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServicesCluster } from './cluster.ts';
import { createCluster } from './cluster.ts';

let cluster: ServicesCluster;
beforeAll(async () => {
  cluster = await createCluster();
  // The first start compiles the sources, as an installation does.
  await cluster.start();
  for (const service of Object.values(cluster.services)) await service.stop();
  await cluster.start();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const mib = 1024 * 1024;

/** Resident bytes: all, and with pages that several processes share counted once among them. */
async function residentBytes(pid: number): Promise<{ rss: number; pss: number }> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytesOf = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]);
  return { rss: bytesOf('Rss'), pss: bytesOf('Pss') };
}

test('five idle services are under 450 MB resident together', async () => {
  let [rss, pss] = [0, 0];
  for (const { name, program } of Object.values(cluster.services)) {
    const bytes = await residentBytes(program.pid);
    rss += bytes.rss;
    pss += bytes.pss;
    console.log(`${name}: ${Math.round(bytes.rss / mib)} MiB resident, ${Math.round(bytes.pss / mib)} MiB its share`);
  }
  console.log(`together: ${Math.round(rss / mib)} MiB, shared pages counted once ${Math.round(pss / mib)} MiB`);
  expect(rss).toBeLessThan(450 * mib);
  expect(pss).toBeLessThan(250 * mib);
});
