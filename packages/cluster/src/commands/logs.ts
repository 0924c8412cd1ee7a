// ipcluster logs: the ends of the logs of a cluster, and with -f what is added to them.
import { setTimeout as delay } from 'node:timers/promises';
import type { SettingsOf } from '@muster/config';
import { MusterError } from '@muster/protocol';
import { readCluster } from '../cluster-store.ts';
import { placeOf } from '../control/create-order.ts';
import { type Found, findCluster, nameOf } from '../control/find.ts';
import type { logsSettings } from '../settings.ts';
import { listenForStop } from '../stop-signals.ts';
import { type LogSource, logSources } from '../tails/sources.ts';
import { createTail } from '../tails/tail.ts';

type Values = SettingsOf<typeof logsSettings>;

const followEveryMs = 200;
/** How long after its last sign a cluster is taken for ended. */
const askEveryMs = 2000;

/** Prints logs. Throws MusterError `no_cluster`, or `bad_option` for an engine that is not there. */
export async function showLogs(values: Values, ids: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const place = placeOf(values, env);
  const clusterId = ids[0] ?? place.clusterId;
  const found = await findCluster({ ...place, clusterId });
  const sources = choose(await logSources(readCluster(found.order.place), found.order.launchers), values, found);
  const label = sources.length === 1 ? () => '' : ({ name }: LogSource) => `${name} | `;
  const tails = sources.map((source) => ({ prefix: label(source), tail: createTail(source, values.lines) }));
  const printNew = async (): Promise<boolean> => {
    const fresh = await Promise.all(tails.map(async ({ prefix, tail }) => ({ prefix, lines: await tail.next() })));
    for (const { prefix, lines } of fresh) for (const line of lines) process.stdout.write(`${prefix}${line}\n`);
    return fresh.some(({ lines }) => lines.length > 0);
  };
  await printNew();
  if (values.follow) await follow(found, printNew);
  return 0;
}

/** Until Ctrl-C, or until the cluster has ended and nothing more comes. */
async function follow({ order }: Found, printNew: () => Promise<boolean>): Promise<void> {
  const signals = listenForStop(() => {});
  let asked = performance.now();
  try {
    while (!signals.signal.aborted) {
      await delay(followEveryMs, undefined, { signal: signals.signal }).catch(() => {});
      const more = await printNew();
      if (more || performance.now() - asked < askEveryMs) continue;
      asked = performance.now();
      if (readCluster(order.place) === undefined) break;
    }
  } finally {
    signals.dispose();
  }
}

function choose(sources: readonly LogSource[], values: Values, { order }: Found): readonly LogSource[] {
  const { controller, engine } = values;
  const chosen = sources.filter(({ role, index }) => {
    if (engine !== null && role === 'engine') return index === engine;
    return role === 'controller' ? controller || engine === null : !controller;
  });
  if (chosen.length > 0) return chosen;
  const engines = sources.filter(({ role }) => role === 'engine').length;
  const what = engine === null ? 'no log that is known' : `no engine ${engine}`;
  throw new MusterError(
    'bad_option',
    `Cluster ${nameOf(order.place)} has ${what}.`,
    engines === 0 ? 'See ipcluster status.' : `Its engines are 0 to ${engines - 1}.`,
  );
}
