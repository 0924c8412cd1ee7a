import type { Frames } from '@muster/protocol';
import { buildMessage, decodeText, encodeText, Message } from '@muster/protocol';
import { until } from '@muster/testkit';
import { createMemoryTransport, createTransport, createZeromqTransport } from '@muster/transport';
import { afterEach, describe, expect, test } from 'vitest';
import { defaultConfig } from './config.ts';
import { createTaskSchedulerService } from './service.ts';
import type { Cluster } from './testing/cluster.ts';
import { createCluster, signer } from './testing/cluster.ts';

const texts = (frames: Frames): string[] => frames.map(decodeText);
const onError = (error: Error): never => {
  throw error;
};
const transports = {
  memory: () => createMemoryTransport({ onError }),
  zmtp: () => createTransport({ name: 'zmtp', onError }),
  zeromq: () => createZeromqTransport({ onError }),
};

describe.each(Object.entries(transports))('on %s', (_name, createTransport) => {
  const opened: Cluster[] = [];
  async function cluster(config: Parameters<typeof createCluster>[1] = {}): Promise<Cluster> {
    const made = await createCluster(createTransport(), config);
    opened.push(made);
    return made;
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((made) => made.close()));
  });

  test('a task goes to an engine and its reply comes back, byte for byte; the hub hears of it', async () => {
    const made = await cluster();
    const engine = await made.connectEngine('e1');
    const client = made.connectClient();
    const request = client.submit({ label: 'x' }, { code: '1+1' });
    const job = await engine.nextJob();
    expect(job.message.frames.map((frame) => [...frame])).toEqual(request.frames.map((frame) => [...frame]));
    expect(job.ids).toHaveLength(1);
    job.reply();
    const reply = await client.replyTo(request);
    expect(reply.metadata).toMatchObject({ status: 'ok', engine: 'e1' });
    expect(signer.verify(reply.signature, reply.parts)).toBe(true);
    expect(texts(client.replies[0]!.ids)).toEqual(['e1']);
    expect(made.facts.map((fact) => fact.type)).toEqual(['task.received', 'task.dispatched', 'task.finished']);
  });

  test('many clients, many tasks: each client gets its own answers', async () => {
    const made = await cluster({ hwm: 4 });
    const engines = await Promise.all(['e1', 'e2'].map((uuid) => made.connectEngine(uuid)));
    const clients = [made.connectClient(), made.connectClient(), made.connectClient()];
    const requests = clients.map((client) => Array.from({ length: 50 }, () => client.submit()));
    let answered = 0;
    await until(
      () => {
        for (const engine of engines) {
          for (const job of engine.jobs.splice(0)) {
            job.reply();
            answered++;
          }
        }
        return answered === 150;
      },
      { what: 'all jobs', everyMs: 1 },
    );
    for (const [i, client] of clients.entries()) {
      for (const request of requests[i]!) await client.replyTo(request);
      expect(client.replies).toHaveLength(50);
    }
    expect(made.service.counts()).toMatchObject({ running: 0, waiting: 0, held: 0, bytes: 0 });
  });

  test('errors of the scheduler are signed, in the form that clients need, and published', async () => {
    const made = await cluster();
    const client = made.connectClient();
    const request = client.submit({ after: ['12345'] });
    const reply = await client.replyTo(request);
    expect(signer.verify(reply.signature, reply.parts)).toBe(true);
    expect(reply.header.msg_type).toBe('apply_reply');
    expect(reply.parentHeader).toEqual(request.header);
    expect(reply.content).toMatchObject({
      status: 'error',
      ename: 'InvalidDependency',
      evalue: '',
      traceback: [expect.any(String)],
      engine_info: {},
    });
    expect(client.replies[0]!.ids).toEqual([]);
    const finished = made.facts.find((fact) => fact.type === 'task.finished');
    expect(finished?.message.frames.map(decodeText)).toEqual(reply.frames.map(decodeText));
  });

  test('a lost engine: its id stands in front of the EngineError', async () => {
    const made = await cluster({ graceMs: 10 });
    const engine = await made.connectEngine('e1');
    const client = made.connectClient();
    const request = client.submit();
    await engine.nextJob();
    made.bus.publish({
      type: 'engine.unregistered',
      engine: { id: 0, uuid: 'e1', kernel: 'python' },
      reason: 'its heart stopped',
    });
    const reply = await client.replyTo(request);
    expect(reply.content).toMatchObject({ ename: 'EngineError' });
    expect(texts(client.replies[0]!.ids)).toEqual(['e1']);
  });

  test('garbage, truncated, unsigned, wrongly signed and replayed requests are dropped; the next good one runs', async () => {
    const made = await cluster();
    const engine = await made.connectEngine('e1');
    const client = made.connectClient();
    const before = made.service.counts().dropped.client;
    const good = client.submit();
    const wire = good.toWire();
    const changed = (index: number, text: string): Frames =>
      wire.map((frame, i) => (i === index ? encodeText(text) : frame));
    const bad: Frames[] = [
      [encodeText('garbage')],
      [new Uint8Array(0)],
      wire.slice(0, 4),
      wire.slice(1),
      changed(1, ''),
      changed(1, 'f'.repeat(64)),
      changed(2, '{"msg_id": "forged"}'),
      changed(2, 'not json'),
      [encodeText('an id frame'), ...wire],
      wire,
    ];
    for (const frames of bad) client.sendRaw(frames);
    const next = client.submit();
    (await engine.nextJob()).reply();
    (await engine.nextJob()).reply();
    await client.replyTo(good);
    await client.replyTo(next);
    expect(made.service.counts().dropped.client - before).toBe(bad.length);
    expect(client.replies).toHaveLength(2);
    const causes = made.logged.map(({ fields }) => (fields.from === 'client' ? fields.cause : 'not_a_message'));
    expect(new Set(causes)).toEqual(new Set(['not_a_message', 'bad_signature', 'replayed']));
  });

  test('signed messages with a broken header or metadata are dropped as well', async () => {
    const made = await cluster();
    const client = made.connectClient();
    const before = made.service.counts().dropped.client;
    const sign = (...parts: [string, string, string, string]): Frames => {
      const bytes = parts.map((part) => encodeText(part)) as unknown as Message['parts'];
      return new Message([signer.sign(bytes), ...bytes]).toWire();
    };
    client.sendRaw(sign('{}', '{}', '{}', '{}'));
    client.sendRaw(sign('{"msg_id":"a","msg_type":"apply_request","session":"s"}', '{}', '[]', '{}'));
    client.sendRaw(sign('[', '{}', '{}', '{}'));
    await until(() => made.service.counts().dropped.client === before + 3, { what: 'all three' });
  });

  test('unknown types are answered, and no engine is lost for balanced work', async () => {
    const made = await cluster();
    const engine = await made.connectEngine('e1');
    const client = made.connectClient();
    const reply = await client.replyTo(client.submit({}, {}, 'comm_msg'));
    expect(reply.content).toMatchObject({ ename: 'UnknownMessageType' });
    const request = client.submit();
    (await engine.nextJob()).reply();
    await client.replyTo(request);
  });

  test('bad replies of engines are dropped without harm', async () => {
    const made = await cluster();
    const engine = await made.connectEngine('e1');
    const client = made.connectClient();
    const request = client.submit();
    const job = await engine.nextJob();
    engine.socket.send('task_out', [...job.ids, encodeText('garbage')]);
    const forged = job.message.toWire();
    engine.socket.send('task_out', [
      ...job.ids,
      ...forged.slice(0, 4),
      encodeText('{"status":"ok"}'),
      ...forged.slice(5),
    ]);
    job.reply();
    job.reply();
    await client.replyTo(request);
    const next = client.submit();
    (await engine.nextJob()).reply();
    await client.replyTo(next);
    expect(client.replies).toHaveLength(2);
  });

  test('when it stops, clients of unfinished tasks are told', async () => {
    const made = await cluster();
    const engine = await made.connectEngine('e1');
    const client = made.connectClient();
    const running = client.submit();
    await engine.nextJob();
    const waiting = client.submit();
    const held = client.submit({ after: [waiting.header.msg_id] });
    await until(() => made.service.counts().held === 1, { what: 'all tasks' });
    await made.service.stop();
    for (const request of [running, waiting, held])
      expect((await client.replyTo(request)).content).toMatchObject({ ename: 'SchedulerStopped', engine_info: {} });
    expect(made.facts.filter((fact) => fact.type === 'task.finished')).toHaveLength(3);
    expect(made.service.leftovers()).toEqual([]);
  });

  test('resubmitted tasks run for nobody, and their end is published', async () => {
    const made = await cluster();
    const engine = await made.connectEngine('e1');
    const client = made.connectClient();
    const first = client.submit();
    const job = await engine.nextJob();
    job.reply();
    await client.replyTo(first);
    const header = { ...job.message.header, msg_id: 'again' };
    const message = buildMessage(signer, { header, content: {} });
    // A fact may be told twice, and also after the task has ended.
    made.bus.publish({ type: 'task.resubmitted', message });
    made.bus.publish({ type: 'task.resubmitted', message });
    (await engine.nextJob()).reply();
    const ends = (): number => made.facts.filter((fact) => fact.type === 'task.finished').length;
    await until(() => ends() === 2, { what: 'the second end' });
    made.bus.publish({ type: 'task.resubmitted', message });
    const last = client.submit();
    (await engine.nextJob()).reply();
    await client.replyTo(last);
    expect(client.replies).toHaveLength(2);
    expect(ends()).toBe(3);
  });
});

test('a broken configuration is refused before anything is opened', async () => {
  const open = (): never => {
    throw new Error('opened');
  };
  const config = { ...defaultConfig, schemeName: 'fastest' };
  await expect(createTaskSchedulerService({ sockets: { open }, config } as never)).rejects.toThrow('leastload, lru');
});

test('when the second port is taken, the first is given back', async () => {
  let closed = 0;
  const socket = { close: async () => void closed++ };
  const open = ({ side }: { side: string }): Promise<unknown> =>
    side === 'client' ? Promise.resolve(socket) : Promise.reject(new Error('port in use'));
  const starting = createTaskSchedulerService({ sockets: { open }, config: defaultConfig } as never);
  await expect(starting).rejects.toThrow('port in use');
  expect(closed).toBe(1);
});
