// One relay after another on the same ports, with peers that stay: clients are anonymous, engines have names.
import type { Bus, Fact } from '@muster/bus';
import { createInProcessBus } from '@muster/bus';
import { createSystemPorts } from '@muster/machine/node';
import type { Message } from '@muster/protocol';
import { buildMessage, createHeaderSource, encodeText, openMessage, readMessage } from '@muster/protocol';
import { silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import type { Socket, Transport } from '@muster/transport';
import {
  createBoundSockets,
  createTransport as createDefault,
  createHmacSigner,
  createMemoryTransport,
  createZeromqTransport,
} from '@muster/transport';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RelayService } from './index.ts';
import { apartConfig, createRelayService } from './index.ts';

const signer = createHmacSigner('a key of this cluster');
const config = { ...apartConfig, settleMs: 300 };
const engineRef = { id: 0, uuid: 'e1', kernel: 'node' };
type Channel = 'mux' | 'control' | 'broadcast';

function createBus(): { bus: Bus; facts: Fact[] } {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const facts: Fact[] = [];
  for (const type of ['direct.requested', 'direct.replied', 'direct.probed'] as const)
    bus.subscribe(type, (fact) => facts.push(fact));
  bus.serve('engines.list', () => ({ engines: [engineRef], pending: [] }));
  return { bus, facts };
}

async function createBench(transport: Transport) {
  const { bus, facts } = createBus();
  const plan: Record<string, number> = {};
  let service: RelayService;
  const binding = { transport, addresses: { engine: '127.0.0.1', client: '127.0.0.1' }, curve: undefined };

  async function start(): Promise<void> {
    const sockets = createBoundSockets({ ...binding, plan, maxFrameBytes: 1e6 });
    service = await createRelayService({ sockets, bus, ports: createSystemPorts(), signer, log: silentLogger, config });
    await service.resync();
    for (const channel of ['mux', 'control', 'broadcast', 'iopub'] as const)
      for (const side of ['engine', 'client'] as const) plan[`${side}:${channel}`] = sockets.port(`${side}:${channel}`);
  }
  await start();
  onTestFinished(async () => {
    await service.stop();
    await transport.close();
  });
  const endpoint = (channel: Channel, side: string): string => `tcp://127.0.0.1:${plan[`${side}:${channel}`]}`;

  function client(channel: Channel) {
    const headers = createHeaderSource(`session-${Math.random()}`);
    const socket = transport.open({ kind: 'dealer' });
    const replies: Message[] = [];
    socket.onMessages((batch) => replies.push(...batch.map(({ frames }) => openMessage(frames, signer))));
    socket.connect(endpoint(channel, 'client'));
    return {
      replies,
      send(metadata: object = {}): Message {
        const request = buildMessage(signer, { header: headers.next('apply_request', 0), metadata, content: {} });
        const to = channel === 'broadcast' ? [] : [encodeText('e1')];
        socket.send('', [...to, ...request.toWire()]);
        return request;
      },
      gets: (count = 1) => until(() => replies.length >= count, { what: `${count} replies, of ${replies.length}` }),
    };
  }
  /** An engine that answers when it is told to. */
  function engine() {
    const socket: Socket = transport.open({ kind: 'router', identity: 'e1' });
    const headers = createHeaderSource('e1');
    const waiting: { readonly peer: string; readonly client: Uint8Array; readonly request: Message }[] = [];
    socket.onMessages((batch) => {
      for (const { peer, frames } of batch) waiting.push({ peer, client: frames[0]!, request: readMessage(frames, 1) });
    });
    for (const channel of ['mux', 'control', 'broadcast'] as const) socket.connect(endpoint(channel, 'engine'));
    return {
      waiting,
      has: (count: number) => until(() => waiting.length >= count, { what: `${count} requests, of ${waiting.length}` }),
      answer(status = 'ok'): void {
        const { peer, client, request } = waiting.shift()!;
        const header = headers.next('apply_reply', 0);
        const { is_coalescing, original_msg_id } = request.metadata;
        const metadata = { engine: 'e1', ...(original_msg_id !== undefined && { is_coalescing, original_msg_id }) };
        const reply = buildMessage(signer, { header, parentHeader: request.header, metadata, content: { status } });
        socket.send(peer, [client, ...reply.toWire()]);
      },
    };
  }
  return {
    bus,
    facts,
    client,
    engine,
    async restart(): Promise<void> {
      await service.stop();
      await start();
    },
    stop: () => service.stop(),
    start,
  };
}

const onError = (error: Error): never => {
  throw error;
};

describe.each([
  ['memory', () => createMemoryTransport({ onError })],
  ['zmtp', () => createDefault({ onError })],
  ['zeromq', () => createZeromqTransport({ onError })],
] as const)('on %s', (_name, createTransport) => {
  test.each(['mux', 'control'] as const)(
    '%s: an answer to a request of before finds a client that waits',
    async (channel) => {
      const bench = await createBench(createTransport());
      const engine = bench.engine();
      const client = bench.client(channel);
      const other = bench.client(channel);
      const request = client.send();
      await engine.has(1);
      await bench.restart();
      // The engine must be connected again before it answers: ask for something.
      const talking = bench.client(channel);
      talking.send();
      await engine.has(2);
      engine.answer();
      engine.answer();
      await client.gets();
      await talking.gets();
      expect(client.replies[0]?.parentId).toBe(request.header.msg_id);
      expect(talking.replies).toHaveLength(1);
      // Whoever says who it is gets nothing of others.
      other.send();
      await engine.has(1);
      engine.answer();
      await until(() => other.replies.some(({ parentHeader }) => parentHeader.session !== request.header.session), {
        what: 'the own answer',
      });
    },
  );

  test('what is sent while there is no relay arrives, and is answered', async () => {
    const bench = await createBench(createTransport());
    const engine = bench.engine();
    const clients = (['mux', 'control', 'broadcast'] as const).map((channel) => bench.client(channel));
    const targets = { targets: [['e1', 0]], is_coalescing: true };
    for (const client of clients) client.send(targets);
    await engine.has(3);
    for (let n = 0; n < 3; n++) engine.answer();
    for (const client of clients) await client.gets();
    await bench.stop();
    for (const client of clients) client.send(targets);
    await bench.start();
    await engine.has(3);
    for (let n = 0; n < 3; n++) engine.answer();
    for (const client of clients) await client.gets(2);
  });

  test('a gathered broadcast of before ends with an error', async () => {
    const bench = await createBench(createTransport());
    const engine = bench.engine();
    const client = bench.client('broadcast');
    const request = client.send({ targets: [['e1', 0]], is_coalescing: true });
    await engine.has(1);
    await bench.restart();
    const talking = bench.client('broadcast');
    talking.send({ targets: [['e1', 0]], is_coalescing: false });
    await engine.has(2);
    engine.answer();
    await client.gets();
    expect(client.replies[0]).toMatchObject({
      metadata: { original_msg_id: request.header.msg_id },
      content: { ename: 'EngineError' },
    });
  });

  test('an engine that is probed says when it has come to it, and a request that was lost ends with the error of the hub', async () => {
    const bench = await createBench(createTransport());
    const engine = bench.engine();
    const client = bench.client('mux');
    const request = client.send();
    await engine.has(1);
    await bench.restart();
    await until(
      () => {
        bench.bus.publish({ type: 'direct.probe', engineUuid: 'e1', probe: '7' });
        return engine.waiting.length > 1;
      },
      { what: 'the probe' },
    );
    const probed = () => bench.facts.filter(({ type }) => type === 'direct.probed');
    engine.waiting.shift();
    expect(engine.waiting[0]?.request).toMatchObject({
      header: { msg_type: 'execute_request' },
      content: { code: '', silent: true },
    });
    const probes = engine.waiting.length;
    engine.answer('aborted');
    for (let n = 1; n < probes; n++) engine.answer();
    await until(() => probed().length >= probes - 1, { what: 'the answer' });
    if (probes > 1) expect(probed()[0]).toEqual({ type: 'direct.probed', engineUuid: 'e1', probe: '7' });
    expect(bench.facts.filter(({ type }) => type === 'direct.replied')).toEqual([]);
    const message = buildMessage(signer, {
      header: createHeaderSource('hub').next('apply_reply', 0),
      parentHeader: request.header,
      content: { status: 'error' },
    });
    bench.bus.publish({ type: 'direct.lost', engineUuid: 'e1', session: request.header.session, message });
    await client.gets();
    expect(client.replies[0]?.content).toEqual({ status: 'error' });
  });
});
