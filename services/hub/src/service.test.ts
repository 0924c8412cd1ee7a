import type { MessageInit } from '@muster/protocol';
import { buildMessage, delimiter, encodeText } from '@muster/protocol';
import { createMemoryTaskStore } from '@muster/task-store';
import { until } from '@muster/testkit';
import { createMemoryTransport, createTransport, createZeromqTransport } from '@muster/transport';
import { afterEach, describe, expect, test } from 'vitest';
import type { Cluster } from './testing/cluster.ts';
import { createCluster, signer } from './testing/cluster.ts';
import { header } from './testing/messages.ts';

const onError = (error: Error): never => {
  throw error;
};
const transports = {
  memory: () => createMemoryTransport({ onError }),
  zmtp: () => createTransport({ name: 'zmtp', onError }),
  zeromq: () => createZeromqTransport({ onError }),
};
const signed = (init: MessageInit) => buildMessage(signer, init);

describe.each(Object.entries(transports))('on %s', (_name, createTransport) => {
  const opened: Cluster[] = [];
  async function cluster(options: Parameters<typeof createCluster>[1] = {}): Promise<Cluster> {
    const made = await createCluster(createTransport(), options);
    opened.push(made);
    return made;
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((made) => made.close()));
  });

  test('an engine registers, is announced at its first heartbeat, and leaves', async () => {
    const made = await cluster();
    const heard = await made.subscribe();
    const engine = made.connect('engine-uuid');
    const answer = await engine.ask('registration_request', { uuid: 'engine-uuid', kernel: 'node' });
    const id = answer.content.id as number;
    expect(answer.header.msg_type).toBe('registration_reply');
    expect(answer.content).toMatchObject({
      status: 'ok',
      hb_period: 3000,
      connection_info: { interface: 'tcp://127.0.0.1' },
    });
    expect(heard).toEqual([]);
    made.bus.publish({ type: 'heart.started', uuid: 'engine-uuid' });
    await until(() => heard.length === 1, { what: 'registration_notification' });
    expect(heard[0]?.header.msg_type).toBe('registration_notification');
    expect(heard[0]?.content).toEqual({ id, uuid: 'engine-uuid', kernel: 'node' });
    expect(made.service.engines()).toContainEqual({ id, uuid: 'engine-uuid', kernel: 'node' });
    expect(JSON.parse(made.engineStates.at(-1)!)).toMatchObject({ engines: { [id]: 'engine-uuid' } });
    made.connect().send('unregistration_request', { id });
    await until(() => heard.length === 2, { what: 'unregistration_notification' });
    expect(heard[1]?.content).toEqual({ id, uuid: 'engine-uuid' });
    expect(made.facts.at(-1)).toMatchObject({ type: 'engine.unregistered', engine: { id } });
  });

  test('a hundred engines at once get a hundred numbers', async () => {
    const made = await cluster();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => made.connect(`e${n}`).ask('registration_request', { uuid: `e${n}` })),
    );
    expect(new Set(answers.map((answer) => answer.content.id)).size).toBe(100);
  });

  test('bad messages get no answer but a line with a remedy, and good ones go on', async () => {
    const made = await cluster();
    const client = made.connect();
    const good = await client.ask('connection_request');
    const again = client.send('connection_request');
    client.sendRaw(again.toWire());
    client.sendRaw([encodeText('garbage')]);
    client.sendRaw([delimiter]);
    client.sendRaw([delimiter, encodeText('0'.repeat(64)), ...again.frames.slice(1)]);
    client.sendRaw([]);
    expect((await client.ask('history_request')).content).toEqual({ status: 'ok', history: [] });
    expect(client.answers.map((answer) => answer.header.msg_type)).toEqual([
      'connection_reply',
      'connection_reply',
      'history_reply',
    ]);
    expect(good.parentId).not.toBe(again.header.msg_id);
    const codes = made.logged.map(({ fields }) => fields.code);
    expect(codes).toEqual(expect.arrayContaining(['replayed', 'not_a_message', 'bad_signature']));
    for (const { fields } of made.logged) expect(fields.remedy).toEqual(expect.any(String));
  });

  test('direct and iopub copies are verified, recorded, and asked for', async () => {
    const made = await cluster();
    const client = made.connect();
    await client.ask('registration_request', { uuid: 'e' });
    made.bus.publish({ type: 'heart.started', uuid: 'e' });
    const request = header('execute_request', 'm1');
    const message = signed({ header: request, content: { code: '1' } });
    const forged = buildMessage(
      { ...signer, sign: () => encodeText('0'.repeat(64)) },
      { header: header('apply_request', 'm2'), content: {} },
    );
    for (const one of [message, forged]) made.bus.publish({ type: 'direct.requested', engineUuid: 'e', message: one });
    const output = (name: string, sign = signed) =>
      sign({ header: header('stream', name), parentHeader: request, content: { name: 'stdout', text: name } });
    made.bus.publish({ type: 'iopub.published', message: output('real') });
    made.bus.publish({
      type: 'iopub.published',
      message: output('forged', (init) => buildMessage({ ...signer, sign: () => encodeText('0'.repeat(64)) }, init)),
    });
    const reply = signed({
      header: header('execute_reply', 'r1'),
      parentHeader: request,
      metadata: { engine: 'e' },
      content: { status: 'ok' },
      buffers: [Uint8Array.of(1, 2)],
    });
    made.bus.publish({ type: 'direct.replied', engineUuid: 'e', message: reply });
    const answer = await client.ask('result_request', { msg_ids: ['m1'] });
    expect(answer.content).toMatchObject({
      completed: ['m1'],
      m1: { result_content: { status: 'ok' }, io: { stdout: 'real' } },
    });
    expect(answer.buffers.map((buffer) => [...buffer])).toEqual([[1, 2]]);
    expect((await client.ask('history_request')).content.history).toEqual(['m1']);
  });

  test('a resubmitted task is signed and handed to the scheduler', async () => {
    const made = await cluster();
    const client = made.connect();
    const request = header('apply_request', 't1');
    made.bus.publish({
      type: 'task.received',
      message: signed({ header: request, content: {}, buffers: [Uint8Array.of(5)] }),
    });
    const { content } = await client.ask('resubmit_request', { msg_ids: ['t1'] });
    const fact = made.facts.find((one) => one.type === 'task.resubmitted');
    if (fact?.type !== 'task.resubmitted') throw new Error('nothing was resubmitted');
    const { message } = fact;
    expect(signer.verify(message.signature, message.parts)).toBe(true);
    expect(content.resubmitted).toEqual({ t1: message.header.msg_id });
    expect(message.header.session).toBe(request.session);
    expect(message.buffers.map((buffer) => [...buffer])).toEqual([[5]]);
  });

  test('a slow store holds up questions about tasks, and nothing else', async () => {
    const inner = createMemoryTaskStore();
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store = { ...inner, history: () => gate.then(() => inner.history()) };
    const made = await cluster({ store });
    const [slow, quick] = [made.connect(), made.connect()];
    const history = slow.ask('history_request');
    expect((await quick.ask('registration_request', { uuid: 'e' })).content.status).toBe('ok');
    expect(slow.answers).toEqual([]);
    release();
    expect((await history).content).toEqual({ status: 'ok', history: [] });
  });

  test('shutdown is answered, told to all clients, and asked of the controller', async () => {
    const made = await cluster();
    const heard = await made.subscribe();
    const client = made.connect();
    const answer = await client.ask('shutdown_request');
    expect(answer.content).toEqual({ status: 'ok' });
    await until(() => made.stops() === 1, { what: 'the end to be asked for' });
    await until(() => heard.length === 1, { what: 'shutdown_notification' });
    expect(heard[0]?.header.msg_type).toBe('shutdown_notification');
    expect(heard[0]?.parentId).toBe(answer.parentId);
  });

  test('no two messages of the hub have the same id or signature', async () => {
    const made = await cluster();
    const client = made.connect();
    for (let n = 0; n < 20; n++) await client.ask('connection_request');
    const ids = client.answers.map((answer) => answer.header.msg_id);
    const signatures = client.answers.map((answer) => answer.signature.join());
    expect([new Set(ids).size, new Set(signatures).size]).toEqual([20, 20]);
    expect(new Set(client.answers.map((answer) => answer.header.session)).size).toBe(1);
  });
});
