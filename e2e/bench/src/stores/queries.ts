// How fast one record, or a few, are found among many: in SQLite and MongoDB through the port of stores, beside
// ipyparallel's own SQLiteDB, called in its own process.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { JsonObject } from '@muster/protocol';
import { formatDate } from '@muster/protocol';
import { find, mongoWireIn, pythonIn } from '@muster/provision';
import type { TaskStore } from '@muster/task-store';
import { buildMongoAddress, createMongoTaskStore } from '@muster/task-store/mongo';
import { createSqliteTaskStore } from '@muster/task-store/sqlite';
import { startMongoWire, temporaryFolder } from '@muster/testkit';
import type { Figure } from '../figures.ts';
import { figure, short } from '../figures.ts';
import { msgIdOf, requestPatch, resultPatch } from './recorded-task.ts';
import type { Row } from './row.ts';

/** Median times of the questions, in ms, by what they ask; and records written a second. */
interface Answers {
  readonly ms: Readonly<Record<string, Figure>>;
  readonly writesPerS: number;
}

const mostMs = 5;
const asked = 300;
/** So many engines have done them; each has one task that is not done yet. */
const engines = 50;

const engineOf = (n: number): string => `engine-${n % engines}`;
const isPending = (n: number): boolean => n < engines;
/** Spread over all of them, the same in each run. */
const drawn = (tasks: number): number[] => Array.from({ length: asked }, (_, i) => (i * 7919 * 13 + 17) % tasks);

/** What is asked of a store for the n-th record, by how it is said; all but `find` are a db_request of a client. */
const questions: Readonly<Record<string, (store: TaskStore, n: number) => unknown>> = {
  'one by its id, whole, as for result_request': (store, n) => store.find([msgIdOf(n)]),
  'one by db_query of its msg_id': (store, n) => store.query({ msg_id: msgIdOf(n) }, null),
  'what an engine has not done yet (1)': (store, n) =>
    store.query({ engine_uuid: engineOf(n), completed: null }, ['msg_id', 'submitted']),
  'what was completed within 3 µs (3)': (store, n) => store.query(completedAround(n), ['msg_id', 'completed']),
  'all that is not done yet (50)': (store) => store.query({ completed: null }, ['msg_id', 'engine_uuid']),
};

function completedAround(n: number): JsonObject {
  const us = resultPatch(n).completed as number;
  return { completed: { $gte: formatDate(us), $lt: formatDate(us + 3) } };
}

async function fill(store: TaskStore, tasks: number): Promise<number> {
  const begin = performance.now();
  for (let n = 0; n < tasks; n++) {
    await store.put(msgIdOf(n), { ...requestPatch(n), engineUuid: engineOf(n) }, 'create');
    if (!isPending(n)) await store.put(msgIdOf(n), { ...resultPatch(n), engineUuid: engineOf(n) }, 'ignore');
  }
  await store.settled();
  return (tasks / (performance.now() - begin)) * 1000;
}

async function measure(store: TaskStore, tasks: number): Promise<Answers> {
  const writesPerS = await fill(store, tasks);
  const ms: Record<string, Figure> = {};
  for (const [what, ask] of Object.entries(questions)) {
    const times: number[] = [];
    for (const n of drawn(tasks)) {
      const begin = performance.now();
      const answer = (await ask(store, n)) as readonly object[];
      times.push(performance.now() - begin);
      if (answer.length === 0 && n >= engines && n < tasks - engines) throw new Error(`No answer: ${what}`);
    }
    ms[what] = figure(times);
  }
  return { ms, writesPerS };
}

async function inSqlite(tasks: number): Promise<Answers> {
  await using folder = await temporaryFolder('bench-sqlite');
  const store = await createSqliteTaskStore({ path: join(folder.path, 'tasks.db'), table: 'ipython-tasks' });
  try {
    return await measure(store, tasks);
  } finally {
    await store.close();
  }
}

async function inMongo(tasks: number, uri: string): Promise<Answers> {
  const address = buildMongoAddress({ uri, connectionArgs: [], connectionKwargs: {} });
  const store = await createMongoTaskStore({ address, database: `muster-bench-${process.pid}` });
  try {
    const answers = await measure(store, tasks);
    await store.removeWhere({});
    return answers;
  } finally {
    await store.close();
  }
}

async function inOwnMongo(tasks: number, folder: string): Promise<Answers> {
  // It is started for tests, with room for less: Java takes these options before its own.
  process.env._JAVA_OPTIONS ??= '-Xmx4g';
  await using server = await startMongoWire(mongoWireIn(folder));
  return await inMongo(tasks, server.url);
}

async function inPeer(tasks: number, python: string): Promise<Answers> {
  await using folder = await temporaryFolder('bench-peer');
  const script = join(import.meta.dirname, '../../python/sqlite_queries.py');
  const argv = [script, join(folder.path, 'tasks.db'), String(tasks), String(engines), drawn(tasks).join()];
  const env = { ...process.env, IPYTHONDIR: folder.path };
  const { stdout } = await promisify(execFile)(python, argv, { env });
  const { ms, writesPerS } = JSON.parse(stdout) as { ms: number[][]; writesPerS: number };
  const names = Object.keys(questions);
  return { ms: Object.fromEntries(ms.map((times, i) => [names[i]!, figure(times)])), writesPerS };
}

interface Contender {
  readonly name: string;
  readonly isOurs: boolean;
  readonly answers: Answers;
}

async function contend(tasks: number, onStep: (text: string) => void): Promise<Contender[]> {
  const found: Contender[] = [];
  const add = async (name: string, isOurs: boolean, run: () => Promise<Answers>): Promise<void> => {
    const answers = await run();
    found.push({ name, isOurs, answers });
    onStep(`${name}: filled with ${short(answers.writesPerS)} tasks/s, asked`);
  };
  await add('SQLite', true, () => inSqlite(tasks));
  const uri = process.env.MONGODB_URI;
  const [wire, peer] = await Promise.all([find('mongo-wire'), find('ipyparallel')]);
  if (uri !== undefined) await add('MongoDB', true, () => inMongo(tasks, uri));
  else if (wire.present) await add('MongoDB', true, () => inOwnMongo(tasks, wire.folder));
  else onStep(`without MongoDB: set MONGODB_URI, or install ${wire.title} by E2E_PROVISION=1 npm test -- unit`);
  if (peer.present) await add(`${peer.title} SQLiteDB`, false, () => inPeer(tasks, pythonIn(peer.folder)));
  else onStep(`without ${peer.title}: install it by E2E_PROVISION=1 npm test -- unit`);
  return found;
}

export async function measureQueries(tasks: number, onStep: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name, isOurs, answers } of await contend(tasks, onStep)) {
    rows.push({ what: `${name}: ${short(tasks)} tasks stored, a second`, value: short(answers.writesPerS) });
    for (const [what, { median, least, most }] of Object.entries(answers.ms))
      rows.push({
        what: `  ${what}, ms`,
        value: `${short(median)} (${short(least)} to ${short(most)})`,
        // What a server makes of its indexes is up to it, but that of the ids.
        ...(isOurs &&
          (name === 'SQLite' || what.startsWith('one ')) && {
            goal: { text: `at most ${mostMs}`, reached: median <= mostMs },
          }),
      });
  }
  return rows;
}
