// One hub after another on the same store, which outlives them: SQLite in a file.

import { join } from 'node:path';
import { createKeptPublisher } from '@muster/bus/kept';
import { buildMessage } from '@muster/protocol';
import { createSqliteTaskStore } from '@muster/task-store/sqlite';
import { silentLogger } from '@muster/telemetry';
import { temporaryFolder, until } from '@muster/testkit';
import { createMemoryTransport } from '@muster/transport';
import { expect, test } from 'vitest';
import { createCluster, signer } from './testing/cluster.ts';
import { header } from './testing/messages.ts';

const onError = (error: Error): never => {
  throw error;
};

async function openHub(path: string) {
  const store = await createSqliteTaskStore({ path, table: 'ipython-tasks' });
  const hub = await createCluster(createMemoryTransport({ onError }), { store, restore: true });
  return { ...hub, store };
}

test('engines, numbers and requests outlive a hub; what it had not stored is told again', async () => {
  await using folder = await temporaryFolder('hub');
  const path = join(folder.path, 'tasks.db');
  const first = await openHub(path);
  const client = first.connect();
  for (const uuid of ['a', 'b', 'p']) await client.ask('registration_request', { uuid });
  for (const uuid of ['a', 'b']) first.bus.publish({ type: 'heart.started', uuid });
  await until(() => first.service.engines().length === 2, { what: 'two engines' });
  const request = buildMessage(signer, { header: header('execute_request', 'd1'), content: {} });
  // The relay keeps what it tells, and outlives the hub.
  const relay = createKeptPublisher({ bus: first.bus, log: silentLogger, closeTimeoutMs: 50 });
  relay.publish({ type: 'direct.requested', engineUuid: 'a', message: request });
  const acknowledged = new Promise((resolve) => first.bus.subscribe('facts.kept', resolve));
  await acknowledged;
  await first.service.stop();
  await first.store.close();
  await first.close();

  const second = await openHub(path);
  expect(second.service.engines()).toEqual([
    { id: 0, uuid: 'a', kernel: 'python' },
    { id: 1, uuid: 'b', kernel: 'python' },
  ]);
  expect(second.facts).toMatchObject([
    { type: 'engine.registered', engine: { uuid: 'a' } },
    { type: 'engine.registered', engine: { uuid: 'b' } },
    { type: 'registration.pending', uuid: 'p' },
  ]);
  const soon = { timeoutMs: 1000 };
  expect(await second.bus.ask({ type: 'engines.list' }, soon)).toEqual({
    engines: [
      { id: 0, uuid: 'a', kernel: 'python' },
      { id: 1, uuid: 'b', kernel: 'python' },
    ],
    pending: ['p'],
  });
  expect(await second.bus.ask({ type: 'engines.load' }, soon)).toEqual({
    engines: [
      { uuid: 'a', queued: 1, tasks: 0 },
      { uuid: 'b', queued: 0, tasks: 0 },
    ],
  });
  const other = second.connect();
  expect((await other.ask('registration_request', { uuid: 'c' })).content.id).toBe(3);
  expect((await other.ask('result_request', { msg_ids: ['d1'] })).content).toMatchObject({ pending: ['d1'] });
  const reply = buildMessage(signer, {
    header: header('execute_reply', 'r1'),
    parentHeader: request.header,
    content: { status: 'ok' },
  });
  const kept = { publisher: 'relay', number: 7, oldest: 7 };
  second.bus.publish({ type: 'direct.replied', engineUuid: 'a', message: reply, kept });
  expect((await other.ask('result_request', { msg_ids: ['d1'] })).content).toMatchObject({ completed: ['d1'] });
  expect(await second.bus.ask({ type: 'facts.handled', publisher: 'relay' }, soon)).toEqual({ upTo: 7 });
  await second.close();
  await second.store.close();
  await relay.close();
});

test('a request that was lost with a relay gets the error of the hub, signed', async () => {
  await using folder = await temporaryFolder('hub');
  const hub = await openHub(join(folder.path, 'tasks.db'));
  await hub.connect().ask('registration_request', { uuid: 'a' });
  hub.bus.publish({ type: 'heart.started', uuid: 'a' });
  await until(() => hub.service.engines().length === 1, { what: 'the engine' });
  const message = buildMessage(signer, { header: header('apply_request', 'd1'), content: {} });
  hub.bus.publish({ type: 'direct.requested', engineUuid: 'a', message });
  hub.bus.subscribe('direct.probe', ({ engineUuid, probe }) =>
    hub.bus.publish({ type: 'direct.probed', engineUuid, probe }),
  );
  hub.bus.publish({ type: 'service.started', service: 'relay' });
  const lost = await new Promise<{ session: string; message: typeof message }>((resolve) =>
    hub.bus.subscribe('direct.lost', resolve),
  );
  expect(lost).toMatchObject({ engineUuid: 'a', session: message.header.session });
  expect(signer.verify(lost.message.signature, lost.message.parts)).toBe(true);
  expect(lost.message).toMatchObject({ parentId: 'd1', header: { msg_type: 'apply_reply' } });
  expect(lost.message.content).toMatchObject({ status: 'error', ename: 'EngineError' });
  await hub.close();
  await hub.store.close();
});
