// Each service, NATS and MongoDB are killed and started again, one after the other, while work runs.
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@muster/client';
import type { Program } from '@muster/testkit';
import { leftBehind, until } from '@muster/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServicesCluster } from './cluster.ts';
import { createCluster, startFourEngines } from './cluster.ts';
import { runPython, startPython } from './run-python.ts';
import { serviceNames } from './service-process.ts';
import type { WorkReport } from './steady-work.ts';
import { boundMs, startSteadyWork } from './steady-work.ts';

let cluster: ServicesCluster;
/** Is open all the time. */
let client: Client;
beforeAll(async () => {
  cluster = await createCluster();
  await cluster.start();
  client = await cluster.connect();
  await startFourEngines(cluster, client);
  uuids = uuidsOf(client);
});
afterAll(async () => {
  await client.close();
  await cluster[Symbol.asyncDispose]();
});

const nodeIds = (): number[] => client.engines.filter(({ kernel }) => kernel === 'node').map(({ id }) => id);
/** As they were at the beginning. */
let uuids: readonly string[];
const uuidsOf = ({ engines }: Client): string[] => engines.map(({ uuid }) => uuid).sort();

/** What takes a part away and brings it back. */
type Blow = () => Promise<void>;
const blows: Readonly<Record<string, Blow>> = {
  ...Object.fromEntries(
    serviceNames.map((name) => [
      name,
      async () => {
        await cluster.services[name].kill();
        await cluster.services[name].start();
      },
    ]),
  ),
  'everything of ours': async () => {
    const services = Object.values(cluster.services);
    await Promise.all(services.map((service) => service.kill()));
    await Promise.all(services.map((service) => service.start()));
  },
  NATS: async () => {
    await cluster.nats.stop();
    await until(async () => (await cluster.services.relay.ask('/readyz'))?.includes('NATS'), { what: 'not ready' });
    await cluster.nats.start();
  },
  MongoDB: async () => {
    await cluster.mongo.stop();
    await until(async () => (await cluster.services.hub.ask('/readyz'))?.includes('MongoDB'), { what: 'not ready' });
    await cluster.mongo.start();
  },
};

interface Worked {
  readonly typescript: WorkReport;
  readonly python: WorkReport & { readonly unheard: readonly string[] };
}

/** Both clients work before, while and after it happens. */
async function workThrough(blow: Blow): Promise<Worked> {
  const stopFile = join(cluster.folder, 'stop');
  await rm(stopFile, { force: true });
  const python = await startPython('steady_work.py', cluster, [stopFile]);
  const steady = startSteadyWork(client, nodeIds());
  const goOn = (what: string, timeoutMs: number): Promise<unknown> => {
    const [done, rounds] = [steady.report.done, roundsOf(python)];
    return until(() => steady.report.done >= done + 20 && roundsOf(python) >= rounds + 3, {
      what: () => `${what}: TypeScript ${summary(steady.report)}; Python:\n${python.output}`,
      timeoutMs,
    });
  };
  await goOn('work before', 60_000);
  await blow();
  await Promise.all(Object.values(cluster.services).map((service) => service.ready()));
  await goOn('work after', 2 * boundMs);
  await writeFile(stopFile, '');
  const typescript = await steady.stop();
  await python.exited;
  const last = python.stdout.trim().split('\n').at(-1) ?? '';
  if (python.exit?.code !== 0) throw new Error(`steady_work.py ended with ${python.exit?.code}:\n${python.output}`);
  return { typescript, python: JSON.parse(last) as Worked['python'] };
}

describe.each(Object.entries(blows))('%s is killed and started again', (name, blow) => {
  let finished: readonly string[];

  test('everybody gets a result or an error in time', async () => {
    const squares = client.loadBalancedView().map((x: number) => x * x, [1, 2, 3], { chunkSize: 1 });
    expect(await squares).toEqual([1, 4, 9]);
    finished = squares.msgIds;
    const { typescript, python } = await workThrough(blow);
    console.log(`${name}: TypeScript ${summary(typescript)}; Python ${summary(python)}, unheard: ${python.unheard}`);
    for (const report of [typescript, python]) {
      expect(report).toMatchObject({ hung: [], wrong: [] });
      expect(report.done).toBeGreaterThan(10);
    }
    // One is under way at a time.
    expect(python.unheard.length).toBeLessThanOrEqual(['task-scheduler', 'everything of ours'].includes(name) ? 1 : 0);
  });

  test('then all engines are there, and work for open and new clients', async () => {
    await until(() => client.ids.length === 4, { what: 'four engines' });
    expect(uuidsOf(client)).toEqual(uuids);
    expect((await client.view('all').execute('6 * 7')).map(({ text }) => text)).toEqual(['42', '42', '42', '42']);
    await using other = await cluster.connect();
    expect(uuidsOf(other)).toEqual(uuids);
    const items = Array.from({ length: 40 }, (_, i) => i);
    const squares = await other.loadBalancedView().map((x: number) => x * x, items);
    expect(squares).toEqual(items.map((x) => x * x));
    // What had ended before is on record.
    expect((await other.getResult(finished)).flat()).toEqual([1, 4, 9]);
    expect(await runPython('compute.py', cluster, ['4'])).toMatchObject({ pids: 2, recorded: 40 });
  });
});

test('nothing is left when all is stopped', async () => {
  await cluster.apply(0);
  await until(() => client.ids.length === 2, { what: 'the Node engines are gone', timeoutMs: 30_000 });
  for (const service of Object.values(cluster.services)) {
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    expect(await leftBehind(service.program.tag)).toEqual([]);
  }
});

const roundsOf = (python: Program): number => python.stdout.split('round ').length - 1;

const summary = ({ done, failed, errors, hung, wrong }: WorkReport): string =>
  `${done} done, ${failed} failed (${[...errors].join('; ')}), hung: ${hung}, wrong: ${wrong}`;
