// The demo: words and bytes of every text and source file below node_modules, counted on four engines by a
// load-balanced map and checked against a plain count in this process.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Client } from '@muster/client';
import { withCluster } from './cluster.ts';
import type { Batch, Tallies } from './count.ts';
import { addTallies, compareTallies, countBatch } from './count.ts';
import { batchFiles, findSources } from './files.ts';
import { createProgress, formatTallies } from './show.ts';

const engines = 4;
const batches = 200;
const nodeModules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** Resolves to the exit status: 1 when the two counts differ or the cluster failed. */
export async function runDemo(): Promise<number> {
  try {
    let same = false;
    await withCluster(engines, async (client) => {
      same = await countAll(client);
    });
    console.log('Everything is stopped.');
    return same ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

async function countAll(client: Client): Promise<boolean> {
  const files = await findSources(nodeModules);
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  console.log(`\n${files.length.toLocaleString('en-US')} text and source files below node_modules, ${mib(bytes)}\n`);
  const work = batchFiles(files, batches);

  const parallel = await timed(() => countOnEngines(client, work));
  const alone = await timed(() => countAlone(work));

  console.log(`\n${formatTallies(parallel.result.total)}\n`);
  console.log(`Files a engine: ${parallel.result.spread}`);
  const differences = compareTallies(parallel.result.total, alone.result);
  for (const difference of differences) console.log(`DIFFERENT  ${difference}`);
  if (differences.length === 0) console.log('The same as the plain count in one process.');
  const speedUp = alone.seconds / parallel.seconds;
  console.log(
    `${engines} engines ${parallel.seconds.toFixed(2)} s, one process ${alone.seconds.toFixed(2)} s: ` +
      `${speedUp.toFixed(2)} times as fast, on ${availableParallelism()} cores.`,
  );
  return differences.length === 0;
}

async function countOnEngines(client: Client, work: readonly Batch[]): Promise<{ total: Tallies; spread: string }> {
  const result = client.loadBalancedView().map(countBatch, work);
  const show = createProgress(`${engines} engines  `, work.length);
  result.onProgress(({ done }) => show(done));
  const total = addTallies(await result);
  const perEngine = new Map<number, number>();
  result.tasks.forEach(({ engineId }, i) => {
    perEngine.set(engineId ?? -1, (perEngine.get(engineId ?? -1) ?? 0) + work[i]!.length);
  });
  const spread = [...perEngine].sort(([a], [b]) => a - b).map(([id, count]) => `#${id} ${count}`);
  return { total, spread: spread.join(', ') };
}

async function countAlone(work: readonly Batch[]): Promise<Tallies> {
  const show = createProgress('one process', work.length);
  const tallies: Tallies[] = [];
  for (const batch of work) {
    tallies.push(await countBatch(batch));
    show(tallies.length);
  }
  return addTallies(tallies);
}

async function timed<T>(run: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const started = performance.now();
  const result = await run();
  return { result, seconds: (performance.now() - started) / 1000 };
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
