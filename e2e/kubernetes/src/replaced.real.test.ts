// Each service's pod is deleted in turn, while a stock client and one of ours stay connected: soon all engines, stock ones
// too, and both clients work again, without anybody having been started anew.
import type { Client } from '@muster/client';
import type { Program } from '@muster/testkit';
import { until } from '@muster/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expectFigures, figure } from './suite/figure.ts';
import { startOutside } from './suite/python.ts';
import type { Release } from './suite/release.ts';
import { install, reportWhenFailed } from './suite/release.ts';

let release: Release;
let client: Client;
let stock: Program;
const engineCount = 4;

beforeAll(async () => {
  release = await install('replaced', { basePort: 30_301 });
  await release.apply({ name: 'nodes', engines: 2, launcher: { pods: {} } });
  await release.apply({ name: 'snakes', engines: 2, engine: { kernel: 'python' }, launcher: { pods: {} } });
  await Promise.all([release.ready('nodes'), release.ready('snakes')]);
  client = await release.connect();
  await client.waitForEngines(engineCount);
  stock = await startOutside(release, 'rounds.py', String(engineCount));
  await until(() => rounds().some(({ wrong }) => wrong === ''), { what: () => stock.output, timeoutMs: 20_000 });
});
afterAll(async () => {
  await stock?.stop();
  await client?.close();
  await release?.[Symbol.asyncDispose]();
});
beforeEach(() => reportWhenFailed(() => release));

interface Round {
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
  /** '' when nothing was. */
  readonly wrong: string;
}

/** Those of the stock client, so far. */
const rounds = (): Round[] =>
  stock.stdout
    .split('\n')
    .slice(0, -1)
    // The library, too, writes to its standard output.
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Round)
    .map(({ began, ended, wrong }) => ({ began: began * 1000, ended: ended * 1000, wrong }));

const roundMs = 1500;

/** One of ours: a task for each engine of our kernel, each engine directly, all by broadcast. */
async function ownRound(): Promise<Round> {
  const began = Date.now();
  const compute = async (): Promise<string> => {
    const nodes = client.engines.filter(({ kernel }) => kernel === 'node').map(({ id }) => id);
    const [tasks, direct, broadcast] = await Promise.all([
      client.loadBalancedView().map((x: number) => x + 1, [1, 2, 3, 4]),
      client.view('all').execute('6 * 7'),
      client.broadcastView({ targets: nodes }).apply((a: number) => a + 1, 41),
    ]);
    const shown = direct.map(({ text }) => text).join();
    return tasks.join() === '2,3,4,5' && shown === '42,42,42,42' && broadcast.join() === '42,42'
      ? ''
      : `wrong: ${shown}`;
  };
  const late = new Promise<string>((done) => setTimeout(done, roundMs, 'late'));
  const wrong = await Promise.race([compute(), late]).catch((error: Error) => error.message);
  return { began, ended: Date.now(), wrong };
}

/** When the first good round ended of those that began after the one moment, and ended after the other. */
const firstGood = (list: readonly Round[], afterMs: number, readyMs: number): number | undefined =>
  list.find(({ began, ended, wrong }) => began >= afterMs && ended >= readyMs && wrong === '')?.ended;

const again = (who: string, list: () => readonly Round[], afterMs: number, readyMs: number): Promise<number> =>
  until(() => firstGood(list(), afterMs, readyMs), {
    what: () => `${who} works again; its rounds: ${JSON.stringify(list().slice(-8))}`,
    timeoutMs: 60_000,
  });

interface Pods {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

const podsOf = async (component: string): Promise<Pods['items']> =>
  (await release.kubectl.get<Pods>('pods', `--selector=app.kubernetes.io/component=${component}`)).items;

/** Deletes the service's pod; resolves, when another one is ready, to both moments. */
async function replacePod(component: string): Promise<{ deletedMs: number; readyMs: number }> {
  const old = (await podsOf(component)).map(({ metadata }) => metadata.name);
  const deletedMs = Date.now();
  await release.kubectl.run(['delete', 'pod', ...old, '--wait=false']);
  const isReady = ({ metadata, status }: Pods['items'][number]): boolean =>
    !old.includes(metadata.name) &&
    (status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
  await until(async () => (await podsOf(component)).some(isReady), {
    what: `another pod of ${component} is ready`,
    timeoutMs: 40_000,
    everyMs: 50,
  });
  return { deletedMs, readyMs: Date.now() };
}

/** Connects; resolves to when the client saw all engines. */
async function newcomer(): Promise<{ uuids: string[]; connectedMs: number }> {
  await using another = await release.connect();
  await another.waitForEngines(engineCount, { timeoutMs: 30_000 });
  return { uuids: another.engines.map(({ uuid }) => uuid).sort(), connectedMs: Date.now() };
}

describe.each(['hub', 'task-scheduler', 'relay', 'heartmonitor', 'launcher-operator', 'nats'])('%s', (component) => {
  test('its pod is deleted: all engines and open clients work again', { timeout: 120_000 }, async () => {
    const engines = client.engines.map(({ uuid }) => uuid).sort();
    const ownRounds: Round[] = [];
    let over = false;
    const working = (async () => {
      while (!over) {
        ownRounds.push(await ownRound());
        await new Promise((done) => setTimeout(done, 100));
      }
    })();
    try {
      const { deletedMs, readyMs } = await replacePod(component);
      const [own, theirs, { uuids, connectedMs }] = await Promise.all([
        again('our client', () => ownRounds, deletedMs, readyMs),
        again('the stock client', rounds, deletedMs, readyMs),
        newcomer(),
      ]);
      const whole = Math.max(own, theirs, connectedMs) - deletedMs;
      // NATS is no service of ours: it has no such limit.
      figure(`pod of ${component} deleted to everybody at work again`, whole, component === 'nats' ? undefined : 6);
      expect(uuids).toEqual(engines);
      expect(client.engines.map(({ uuid }) => uuid).sort()).toEqual(engines);
    } finally {
      over = true;
      await working;
    }
  });
});

test('each time it took not much more than 6 s', expectFigures);
