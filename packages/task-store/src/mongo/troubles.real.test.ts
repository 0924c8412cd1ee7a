// A MongoDB that fails while it is used: nothing is lost that it can still take, nothing is written twice, and who asks is
// told in bounded time.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { temporaryFolder } from '@muster/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoreTrouble } from '../batched/batched-store.ts';
import type { TaskStore } from '../port.ts';
import type { GateRules, MongoGate, Refusal } from '../testing/mongo-gate.ts';
import { startMongoGate } from '../testing/mongo-gate.ts';
import type { MongoServer } from '../testing/mongo-server.ts';
import { hasOwnMongo, startMongo, whyNoMongo } from '../testing/mongo-server.ts';
import type { MongoTaskStoreOptions } from './store.ts';
import { createMongoTaskStore } from './store.ts';

interface Setting extends AsyncDisposable {
  readonly store: TaskStore;
  readonly gate: MongoGate;
  readonly troubles: StoreTrouble['what'][];
}

/** Times are short, so that tests are. */
const hasty = { serverSelectionTimeoutMS: 1000, heartbeatFrequencyMS: 500, connectTimeoutMS: 10_000 };

let server: MongoServer | undefined;

async function setUp(options: Partial<MongoTaskStoreOptions> = {}, driver = hasty): Promise<Setting> {
  const gate = await startMongoGate(server!.url);
  const troubles: StoreTrouble['what'][] = [];
  const store = await createMongoTaskStore({
    address: { url: gate.url, options: driver },
    database: randomUUID(),
    patienceMs: 500,
    onTrouble: ({ what }) => troubles.push(what),
    ...options,
  });
  return {
    store,
    gate,
    troubles,
    async [Symbol.asyncDispose]() {
      gate.set({});
      await store.close();
      await gate[Symbol.asyncDispose]();
    },
  };
}

const add = (store: TaskStore, n: number, bytes = 1): void | Promise<void> =>
  store.put(`id${n}`, { submitted: n * 1000, buffers: [new Uint8Array(bytes).fill(n)] }, 'create');
const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `id${from + i}`);
const eventually = { timeout: 30_000 };

describe.skipIf(!hasOwnMongo)(`MongoDB in trouble${whyNoMongo(hasOwnMongo)}`, () => {
  beforeAll(async () => {
    server = await startMongo();
  }, 60_000);
  afterAll(() => server?.[Symbol.asyncDispose]());

  test('a server killed amid writes has all of them when it is back, in order and once', {
    timeout: 90_000,
  }, async () => {
    await using folder = await temporaryFolder('mongo');
    await using server = await startMongo(join(folder.path, 'mongo.db'));
    const troubles: string[] = [];
    const store = await createMongoTaskStore({
      address: { url: server.url, options: hasty },
      database: 'muster',
      patienceMs: 500,
      onTrouble: ({ what }) => troubles.push(what),
    });
    for (let n = 1; n <= 100; n++) add(store, n, 10_000);
    expect(await store.history()).toHaveLength(100);
    for (let n = 101; n <= 400; n++) add(store, n, 10_000);
    const stored = store.settled();
    await server.stop();
    for (let n = 1; n <= 500; n++) store.put('id1', { appendStdout: `${n} ` }, 'stub');
    store.put('id2', { label: 'first' }, 'ignore');
    store.put('id2', { label: 'last' }, 'ignore');
    for (let n = 401; n <= 500; n++) add(store, n);
    await expect(async () => store.history()).rejects.toMatchObject({ ename: 'OperationalError' });
    await server.start();
    await stored;
    await expect.poll(async () => (await asked(store))?.length, eventually).toBe(500);
    expect(await store.history()).toEqual(numbered(1, 500));
    expect(await store.find(['id1', 'id2'])).toMatchObject([
      { record: { stdout: Array.from({ length: 500 }, (_, i) => `${i + 1} `).join('') } },
      { record: { label: 'last' } },
    ]);
    expect(troubles).toEqual(['writes are delayed', 'writes go on']);
    await store.close();
  });

  test.each(['request', 'answer'] as const)(
    'a connection that is cut in the middle of the %s loses and doubles nothing',
    { timeout: 60_000 },
    async (half) => {
      await using setting = await setUp();
      const { store, gate, troubles } = setting;
      add(store, 1);
      expect(await store.history()).toEqual(['id1']);
      let cuts = 0;
      // An insert is a chunk of a large value, an update a batch of records.
      const cutting = new Set(['update', 'insert']);
      gate.set({ cut: (command) => (cutting.has(command) && ++cuts % 2 === 1 && cuts < 8 ? half : undefined) });
      for (let n = 2; n <= 5; n++) {
        add(store, n, 1_500_000);
        store.put('id1', { appendStdout: `${n}` }, 'stub');
        store.put(`id${n}`, { appendStderr: 'x' }, 'stub');
        await expect.poll(async () => (await asked(store))?.length, eventually).toBe(n);
      }
      expect(cuts).toBeGreaterThanOrEqual(5);
      expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: '2345' } }]);
      const found = await store.find(numbered(2, 5));
      for (const [i, each] of found.entries()) {
        if ('missing' in each) throw new Error('a record is missing');
        expect([each.record.stderr, each.record.buffers[0]?.length]).toEqual(['x', 1_500_000]);
        expect(each.record.buffers[0]?.every((byte) => byte === i + 2)).toBe(true);
      }
      expect(troubles).not.toContain('writes are lost');
    },
  );

  test('a slow server holds up nobody who writes', { timeout: 60_000 }, async () => {
    await using setting = await setUp({ patienceMs: 5000 });
    const { store, gate, troubles } = setting;
    gate.set({ delayMs: 300 });
    for (let n = 1; n <= 1000; n++) expect(add(store, n)).toBeUndefined();
    expect(await store.history()).toEqual(numbered(1, 1000));
    expect(troubles).toEqual([]);
  });

  test('a server that hangs is given up by those who ask, and has all when it wakes up', {
    timeout: 90_000,
  }, async () => {
    await using setting = await setUp({ answerWithinMs: 2000 }, { ...hasty, connectTimeoutMS: 2000 });
    const { store, gate, troubles } = setting;
    add(store, 1);
    expect(await store.history()).toEqual(['id1']);
    gate.set({ isSilent: true });
    await expect(async () => store.find(['id1'])).rejects.toMatchObject({ ename: 'OperationalError' });
    await expect(async () => store.engines.load()).rejects.toMatchObject({ ename: 'OperationalError' });
    await expect(async () => store.expire(1)).rejects.toMatchObject({ ename: 'OperationalError' });
    store.put('id1', { appendStdout: 'a' }, 'stub');
    add(store, 2);
    await expect(async () => store.query({}, null)).rejects.toMatchObject({ ename: 'OperationalError' });
    gate.set({});
    await expect.poll(async () => asked(store), eventually).toEqual(['id1', 'id2']);
    expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: 'a' } }]);
    expect(troubles).not.toContain('writes are lost');
  });

  test.each<[string, Refusal, readonly string[]]>([
    ['full', { code: 14_031, codeName: 'OutOfDiskSpace', errmsg: 'no room' }, ['update', 'insert']],
    [
      'no primary any more',
      { code: 10_107, codeName: 'NotWritablePrimary', errmsg: 'not primary' },
      ['update', 'insert'],
    ],
    ['of another opinion about rights', { code: 13, codeName: 'Unauthorized', errmsg: 'not authorized' }, ['update']],
  ])(
    'a server that is %s is reported, and has all when that is mended',
    { timeout: 60_000 },
    async (_, no, commands) => {
      await using setting = await setUp();
      const { store, gate, troubles } = setting;
      add(store, 1);
      expect(await store.history()).toEqual(['id1']);
      const rules: GateRules = { refuse: (command) => (commands.includes(command) ? no : undefined) };
      gate.set(rules);
      add(store, 2, 2_000_000);
      store.put('id1', { appendStdout: 'a' }, 'stub');
      await expect(async () => store.history()).rejects.toMatchObject({
        ename: 'OperationalError',
        message: expect.stringContaining(no.errmsg),
      });
      expect(troubles).toEqual(['writes are delayed']);
      gate.set({});
      await expect.poll(async () => asked(store), eventually).toEqual(['id1', 'id2']);
      expect(await store.find(['id1'])).toMatchObject([{ record: { stdout: 'a' } }]);
      expect(troubles).toEqual(['writes are delayed', 'writes go on']);
    },
  );

  test('what waits is bounded, and what is dropped in the end is counted', { timeout: 60_000 }, async () => {
    const lost: StoreTrouble[] = [];
    const onTrouble = (trouble: StoreTrouble): void => void (trouble.what === 'writes are lost' && lost.push(trouble));
    await using setting = await setUp({
      onTrouble,
      giveUpAfterMs: 1000,
      batchBytes: 200_000,
      waitingBytesLimit: 1_000_000,
    });
    const { store, gate } = setting;
    gate.set({ refuse: () => ({ code: 14_031, codeName: 'OutOfDiskSpace', errmsg: 'no room' }) });
    const answers = numbered(1, 30).map((_, i) => add(store, i + 1, 100_000));
    expect(answers[0]).toBeUndefined();
    // From there on the writer waits for room.
    expect(answers.at(-1)).toBeInstanceOf(Promise);
    await answers.at(-1);
    expect(lost.reduce((sum, { writes }) => sum + writes, 0)).toBe(30);
    gate.set({});
    add(store, 31);
    await expect.poll(async () => asked(store), eventually).toEqual(['id31']);
  });

  test('a large value is sent once, however often its record is refused', { timeout: 60_000 }, async () => {
    await using setting = await setUp();
    const { store, gate } = setting;
    let chunks = 0;
    let refused = 0;
    gate.set({
      refuse(command, body) {
        if (command === 'update' && body.update === 'task_records.parts') chunks++;
        if (command !== 'update' || body.update !== 'task_records') return undefined;
        refused++;
        return { code: 14_031, codeName: 'OutOfDiskSpace', errmsg: 'no room' };
      },
    });
    add(store, 1, 20_000_000);
    await expect.poll(() => refused, eventually).toBeGreaterThanOrEqual(3);
    expect(chunks).toBe(3);
    gate.set({});
    await expect.poll(async () => asked(store), eventually).toEqual(['id1']);
    expect(await store.find(['id1'])).toMatchObject([{ record: { buffers: [{ length: 20_000_000 }] } }]);
  });

  test('limits that cannot be looked after are reported, and no write is lost by it', { timeout: 60_000 }, async () => {
    await using setting = await setUp();
    const { store, gate, troubles } = setting;
    gate.set({ refuse: (command) => (command === 'collStats' ? unauthorized : undefined) });
    for (const n of [1, 2]) {
      add(store, n);
      expect(await store.history()).toHaveLength(n);
    }
    expect(troubles).toEqual(['limits are not kept']);
  });
});

const unauthorized: Refusal = { code: 13, codeName: 'Unauthorized', errmsg: 'not authorized' };

/** The history, or undefined when the database does not answer. */
const asked = async (store: TaskStore): Promise<readonly string[] | undefined> => {
  try {
    return await store.history();
  } catch (error) {
    expect(error).toMatchObject({ ename: 'OperationalError' });
    return undefined;
  }
};
