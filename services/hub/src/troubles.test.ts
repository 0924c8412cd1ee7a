// A store that hangs, fails and comes back: who asks it is told so in bounded time, everything else goes on.
import type { JsonObject, Message } from '@muster/protocol';
import { buildMessage } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import { createMemoryTaskStore, StoreError } from '@muster/task-store';
import { until } from '@muster/testkit';
import { createMemoryTransport } from '@muster/transport';
import { afterEach, expect, test } from 'vitest';
import type { Cluster } from './testing/cluster.ts';
import { createCluster, signer } from './testing/cluster.ts';
import { header } from './testing/messages.ts';

type Mood = 'well' | 'hangs' | 'fails';

function moodyStore() {
  const inner = createMemoryTaskStore();
  let mood: Mood = 'well';
  const held: (() => void)[] = [];
  const moody =
    <A extends unknown[], T>(act: (...args: A) => T | Promise<T>) =>
    (...args: A): T | Promise<T> => {
      if (mood === 'well') return act(...args);
      if (mood === 'fails') return Promise.reject(new StoreError('OperationalError', 'the task database is away'));
      return new Promise<T>((resolve) => held.push(() => resolve(act(...args))));
    };
  const { put, find, query, history, remove, removeWhere, expire, settled } = inner;
  const store: TaskStore = {
    ...{ ...inner, put: moody(put), find: moody(find), query: moody(query), history: moody(history) },
    ...{ remove: moody(remove), removeWhere: moody(removeWhere), expire: moody(expire), settled: moody(settled) },
  };
  return {
    store,
    be(next: Mood): void {
      mood = next;
      if (next === 'well') for (const act of held.splice(0)) act();
    },
  };
}

const opened: Cluster[] = [];
afterEach(async () => {
  for (const made of opened.splice(0)) await made.close();
});

async function setUp() {
  const { store, be } = moodyStore();
  const transport = createMemoryTransport({
    onError: (error) => {
      throw error;
    },
  });
  const made = await createCluster(transport, { store, config: { storeAnswerMs: 100, storeStopMs: 100 } });
  opened.push(made);
  const client = made.connect();
  await client.ask('registration_request', { uuid: 'e' });
  made.bus.publish({ type: 'heart.started', uuid: 'e' });
  const message = (init: { header: ReturnType<typeof header>; parent?: string; metadata?: JsonObject }): Message =>
    buildMessage(signer, {
      header: init.header,
      ...(init.parent && { parentHeader: { msg_id: init.parent } }),
      metadata: init.metadata ?? {},
      content: { status: 'ok' },
      buffers: [],
    });
  let answers = 0;
  return {
    made,
    client,
    be,
    /** A direct request and its answer pass by. */
    run(msgId: string): void {
      const asked = message({ header: header('apply_request', msgId) });
      made.bus.publish({ type: 'direct.requested', engineUuid: 'e', message: asked });
      const replied = message({
        header: header('apply_reply', `answer-${answers++}`),
        parent: msgId,
        metadata: { engine: 'e' },
      });
      made.bus.publish({ type: 'direct.replied', engineUuid: 'e', message: replied });
    },
    ask: async (msgType: string, content: JsonObject = {}) => (await client.ask(msgType, content)).content,
  };
}
const away = { status: 'error', ename: 'OperationalError' };

test.each<Mood>(['hangs', 'fails'])('a store that %s holds up nobody but those who ask it', async (mood) => {
  const { ask, run, be } = await setUp();
  run('before');
  be(mood);
  run('during');
  for (const [type, content] of [
    ['result_request', { msg_ids: ['before', 'during'] }],
    ['result_request', { msg_ids: ['unknown'], status_only: true }],
    ['db_request', { query: {} }],
    ['history_request', {}],
    ['purge_request', { msg_ids: ['before'] }],
    ['resubmit_request', { msg_ids: ['before'] }],
  ] as const)
    expect(await ask(type, content as unknown as JsonObject)).toMatchObject(away);
  expect(await ask('result_request', { msg_ids: ['before', 'during'], status_only: true })).toEqual({
    status: 'ok',
    pending: [],
    completed: ['before', 'during'],
  });
  run('later');
  expect(await ask('queue_request')).toMatchObject({ 0: { queue: 0, completed: 3 } });
  expect(await ask('registration_request', { uuid: 'another' })).toMatchObject({ status: 'ok' });
});

test('a store that hung is told all when it comes back; of one that failed, what was lost is said', async () => {
  const { ask, run, be, made } = await setUp();
  be('hangs');
  for (const id of ['m1', 'm2', 'm3']) run(id);
  expect(made.service.counts().storeBacklog).toBeGreaterThan(0);
  be('well');
  await until(() => made.service.counts().storeBacklog === 0, { what: 'the backlog to be written' });
  expect(await ask('history_request')).toMatchObject({ history: ['m1', 'm2', 'm3'] });
  expect(await ask('result_request', { msg_ids: ['m1', 'm2', 'm3'] })).toMatchObject({ completed: ['m1', 'm2', 'm3'] });
  be('fails');
  run('m4');
  await until(() => made.logged.some(({ fields }) => fields.what === 'write failed'), { what: 'it to be logged' });
  be('well');
  // Nobody waits for what will never come.
  expect(await ask('result_request', { msg_ids: ['m4'] })).toMatchObject({ ename: 'KeyError' });
  run('m5');
  expect(await ask('result_request', { msg_ids: ['m5'] })).toMatchObject({ completed: ['m5'] });
});

test('a hub stops though its store hangs, and says so', async () => {
  const { made, run, be } = await setUp();
  be('hangs');
  run('m1');
  await made.service.stop();
  expect(made.logged.at(-1)).toMatchObject({ text: 'task store failed', fields: { what: 'stopped without it' } });
});
