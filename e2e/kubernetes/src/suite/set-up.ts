// Before and after all tests: the images, and the cluster that runs them.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@muster/testkit';
import type { TestProject } from 'vitest/node';
import { startCluster } from '../cluster/cluster.ts';
import { buildImages } from '../images/images.ts';

/** What tests are told; plain data, for they run in processes of their own. */
export interface ClusterFacts {
  readonly address: string;
  readonly kubeconfig: string;
  /** First process of the cluster's namespaces. */
  readonly roomPid: number;
  /** Lines of figures, printed when all is over. */
  readonly figures: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: ClusterFacts;
  }
}

export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const begin = performance.now();
  const seconds = (): string => `${((performance.now() - begin) / 1000).toFixed(1)} s`;
  const progress = (phase: string): void => console.log(`  cluster: ${phase} (${seconds()})`);
  const folder = await temporaryFolder('images');
  const archive = await buildImages(folder.path);
  progress('images built from this checkout');
  const cluster = await startCluster({ archives: [archive], progress });
  const figures = join(folder.path, 'figures');
  await writeFile(figures, '');
  provide('cluster', {
    address: cluster.address,
    kubeconfig: cluster.kubeconfig,
    roomPid: cluster.room.pid,
    figures,
  });
  return async () => {
    const lines = (await readFile(figures, 'utf8')).trimEnd();
    await cluster.stop();
    await folder.remove();
    console.log(`\n${lines}\nfigure: the whole suite: ${seconds()} (at most 480 s with parts cached)`);
  };
}
