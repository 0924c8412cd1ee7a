// The service apart from the hub: what it asks, what it answers, and what the next process takes over.
import { until } from '@muster/testkit';
import { createMemoryTransport, createTransport, createZeromqTransport } from '@muster/transport';
import { afterEach, describe, expect, test } from 'vitest';
import type { Apart } from './testing/apart.ts';
import { createApart } from './testing/apart.ts';

let apart: Apart | undefined;
afterEach(async () => {
  await apart?.close();
  apart = undefined;
});

const onError = (error: Error): never => {
  throw error;
};
const transports = {
  memory: () => createMemoryTransport({ onError }),
  zmtp: () => createTransport({ name: 'zmtp', onError }),
  zeromq: () => createZeromqTransport({ onError }),
};

describe.each(Object.entries(transports))('on %s', (_, createTransport) => {
  async function started(): Promise<Apart> {
    apart = createApart(createTransport());
    await apart.start();
    await until(() => apart?.service().ready(), { what: 'the scheduler is ready' });
    return apart;
  }

  test('a list that is asked for brings engines, which get work when they have answered a probe', async () => {
    const { service, connectClient, connectEngine } = await started();
    const engine = connectEngine('e1');
    await service().resync();
    const client = connectClient();
    const request = client.submit();
    (await engine.nextJob()).reply();
    await client.replyTo(request);
    expect(service().counts()).toMatchObject({ engines: 1, running: 0, waiting: 0 });
  });

  test('a target that only the hub knows is asked for; one that it does not know is impossible', async () => {
    const { connectClient, connectEngine } = await started();
    const engine = connectEngine('e1');
    const client = connectClient();
    const request = client.submit({ targets: ['e1'] });
    const other = client.submit({ targets: ['nobody'] });
    (await engine.nextJob()).reply();
    await client.replyTo(request);
    expect((await client.replyTo(other)).content.ename).toBe('ImpossibleDependency');
  });

  test('drained engines finish what they have; the answer says which those are', async () => {
    const { bus, service, connectClient, connectEngine } = await started();
    const engine = connectEngine('e1');
    const client = connectClient();
    const running = client.submit();
    await service().resync();
    const job = await engine.nextJob();
    const waiting = client.submit();
    const drain = () => bus.ask({ type: 'engines.drain', uuids: ['e1', 'gone'] }, { timeoutMs: 5000 });
    expect(await drain()).toEqual({ busy: ['e1'] });
    job.reply();
    await client.replyTo(running);
    expect(await drain()).toEqual({ busy: [] });
    expect(service().counts()).toMatchObject({ waiting: 1, running: 0 });
    expect(await bus.ask({ type: 'engines.resume', uuids: ['e1'] }, { timeoutMs: 5000 })).toEqual({});
    (await engine.nextJob()).reply();
    await client.replyTo(waiting);
  });

  test('a resubmitted task that did not pass the bus whole ends with an error', async () => {
    const { bus, facts, connectClient, connectEngine, service } = await started();
    const engine = connectEngine('e1');
    await service().resync();
    const client = connectClient();
    const request = client.submit();
    const job = await engine.nextJob();
    job.reply();
    await client.replyTo(request);
    const message = client.build({ code: 'never' });
    for (let i = 0; i < 2; i++) bus.publish({ type: 'task.resubmitted', message, leftOutBytes: 10 });
    const ended = facts.flatMap((fact) => (fact.type === 'task.finished' ? [fact.message] : []));
    const end = ended.find(({ parentId }) => parentId === message.header.msg_id);
    expect(end?.content).toMatchObject({ ename: 'MessageTooLarge', evalue: expect.stringContaining('10 bytes') });
    expect(engine.jobs).toHaveLength(1);
  });

  test('what is unfinished at the end is taken over: the next process runs it, for clients that only wait', async () => {
    const { service, start, connectClient, connectEngine } = await started();
    const engine = connectEngine('e1');
    await service().resync();
    const client = connectClient();
    const running = client.submit();
    const job = await engine.nextJob();
    const waiting = client.submit({}, { code: '1' });
    const held = client.submit({ after: [waiting.header.msg_id] });
    await until(() => service().counts().held === 1, { what: 'all tasks' });
    await service().stop();
    await start();
    // The engine is connected again: what it sends now arrives.
    const { probes } = engine;
    await until(() => engine.probes > probes, { what: 'a probe' });
    job.reply();
    expect((await client.replyTo(running)).content.status).toBe('ok');
    const next = await engine.nextJob();
    expect(next.message.content).toEqual({ code: '1' });
    expect(next.message.header).toEqual(waiting.header);
    next.reply();
    (await engine.nextJob()).reply();
    for (const request of [waiting, held]) expect((await client.replyTo(request)).content.status).toBe('ok');
    expect(service().leftovers()).toEqual([]);
    expect(service().invariants()).toEqual([]);
    // What an earlier process has seen can still be depended on.
    const after = client.submit({ after: [running.header.msg_id, held.header.msg_id] });
    (await engine.nextJob()).reply();
    await client.replyTo(after);
    expect(client.replies).toHaveLength(4);
  });

  test('an engine that has lost a task when it was connected to nobody: the client is told', async () => {
    const { service, start, connectClient, connectEngine } = await started();
    const engine = connectEngine('e1');
    await service().resync();
    const client = connectClient();
    const running = client.submit();
    (await engine.nextJob()).lose();
    await service().stop();
    await start();
    expect((await client.replyTo(running)).content).toMatchObject({ ename: 'TaskLost' });
  });

  test('an engine that is gone when the next process starts: the client is told', async () => {
    const { service, start, listed, connectClient, connectEngine } = await started();
    const engine = connectEngine('e1');
    await service().resync();
    const client = connectClient();
    const running = client.submit();
    await engine.nextJob();
    await service().stop();
    listed.clear();
    await start();
    expect((await client.replyTo(running)).content).toMatchObject({ ename: 'EngineError' });
  });
});
