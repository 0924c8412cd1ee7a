// The relay between real peers, on both transports.
import { createInProcessBus, type Fact } from '@muster/bus';
import { createSystemPorts } from '@muster/machine/node';
import {
  buildMessage,
  createHeaderSource,
  decodeText,
  encodeText,
  type JsonObject,
  type Message,
  openMessage,
} from '@muster/protocol';
import { silentLogger } from '@muster/telemetry';
import { loopbackSockets, until } from '@muster/testkit';
import {
  createTransport as createDefault,
  createHmacSigner,
  createMemoryTransport,
  createZeromqTransport,
  type Received,
  type Socket,
  type Transport,
} from '@muster/transport';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRelayService, defaultConfig } from './index.ts';

const signer = createHmacSigner('a key of this cluster');
const headers = createHeaderSource('client');
const request = (metadata: object = {}): Message =>
  buildMessage(signer, { header: headers.next('apply_request', 0), metadata, content: {}, buffers: [encodeText('f')] });

async function createBench(transport: Transport) {
  const facts: Fact[] = [];
  const bus = createInProcessBus((error) => {
    throw error;
  });
  for (const type of ['direct.requested', 'direct.replied', 'iopub.published'] as const)
    bus.subscribe(type, (fact) => facts.push(fact));
  const sockets = loopbackSockets(transport);
  const options = { sockets, bus, ports: createSystemPorts(), signer, log: silentLogger, config: defaultConfig };
  const service = await createRelayService(options);
  onTestFinished(async () => {
    await service.stop();
    await transport.close();
  });

  /** A socket and what it has received. */
  function connect(kind: 'dealer' | 'router' | 'pub' | 'sub', endpoints: readonly string[], identity?: string) {
    const socket = transport.open({ kind, ...(identity !== undefined && { identity }) });
    const received: Received[] = [];
    if (kind !== 'pub')
      socket.onMessages((batch) => received.push(...batch.map(({ peer, frames }) => ({ peer, frames }))));
    for (const endpoint of endpoints) socket.connect(endpoint);
    return { socket, received, next: (n = 1) => until(() => received[n - 1], { what: `message ${n}` }) };
  }
  const client = (channel: 'mux' | 'control' | 'broadcast') => connect('dealer', [sockets.endpoint(channel, 'client')]);
  /** An engine's shell socket, usable when the relay has heard from it on each channel. */
  async function engine(uuid: string) {
    const channels = ['mux', 'broadcast', 'control'] as const;
    const shell = connect(
      'router',
      channels.map((channel) => sockets.endpoint(channel, 'engine')),
      uuid,
    );
    bus.publish({ type: 'engine.registered', engine: { id: 0, uuid, kernel: 'node' } });
    const probe = client('mux');
    // A ROUTER drops what is for peers whose handshake is still under way.
    await until(
      () => {
        probe.socket.send('', [encodeText(uuid), ...request().toWire()]);
        return shell.received.length > 0;
      },
      { what: `${uuid} to be reachable` },
    );
    shell.received.length = facts.length = 0;
    return shell;
  }
  return { bus, facts, service, sockets, connect, client, engine };
}

const answer = (socket: Socket, { peer, frames }: Received, metadata: JsonObject = {}): void => {
  const { header } = openMessage(frames, signer, undefined, 1);
  const reply = buildMessage(signer, {
    header: createHeaderSource(`${peer}${header.msg_id}`).next('apply_reply', 0),
    parentHeader: header,
    metadata,
    content: { status: 'ok' },
    buffers: [encodeText('result')],
  });
  socket.send(peer, [frames[0]!, ...reply.toWire()]);
};

describe.each([
  ['memory', createMemoryTransport],
  ['zmtp', createDefault],
  ['zeromq', createZeromqTransport],
] as const)('on the %s transport', (_name, createTransport) => {
  const bench = () =>
    createBench(
      createTransport({
        onError: (error) => {
          throw error;
        },
      }),
    );

  test('a direct request reaches its engine, the answer its client, and the hub hears of both', async () => {
    const { client, engine, facts } = await bench();
    const shell = await engine('e1');
    const { socket, next } = client('mux');
    const sent = request();
    socket.send('', [encodeText('e1'), ...sent.toWire()]);
    const got = await until(
      () =>
        shell.received.find(
          ({ frames }) => openMessage(frames, signer, undefined, 1).header.msg_id === sent.header.msg_id,
        ),
      { what: 'the request' },
    );
    expect(got.peer).toBe('mux_out');
    answer(shell.socket, got);
    const { frames } = await next();
    expect(decodeText(frames[0]!)).toBe('e1');
    expect(openMessage(frames, signer).parentId).toBe(sent.header.msg_id);
    const types = () =>
      facts
        .filter(
          (fact) =>
            'message' in fact && [fact.message.header.msg_id, fact.message.parentId].includes(sent.header.msg_id),
        )
        .map(({ type }) => type);
    await until(() => types().length === 2, { what: 'both facts' });
    expect(types()).toEqual(['direct.requested', 'direct.replied']);
  });

  test('an engine that is gone is answered for, and garbage does not stop the next request', async () => {
    const { client, engine } = await bench();
    await engine('e1');
    const { socket, next } = client('mux');
    const forged = buildMessage(createHmacSigner('another key'), {
      header: headers.next('apply_request', 0),
      content: {},
    });
    socket.send('', [encodeText('e9'), ...forged.toWire()]);
    for (const garbage of [['x'], ['e1', '<IDS|MSG>'], Array.from({ length: 9 }, () => '')])
      socket.send('', garbage.map(encodeText));
    const sent = request();
    socket.send('', [encodeText('e9'), ...sent.toWire()]);
    const reply = openMessage((await next()).frames, signer);
    expect(reply.parentId).toBe(sent.header.msg_id);
    expect(reply.content).toMatchObject({ status: 'error', ename: 'EngineError', engine_info: {} });
  });

  test('a coalesced broadcast is answered once, by a message that is signed', async () => {
    const { client, engine, service } = await bench();
    const shells = [await engine('e0'), await engine('e1')];
    const { socket, next } = client('broadcast');
    const sent = request({
      targets: [
        ['e0', 0],
        ['e1', 1],
      ],
      is_broadcast: true,
      is_coalescing: true,
    });
    socket.send('', sent.toWire());
    for (const { socket: shell, received } of shells) {
      const got = await until(() => received.find(({ peer }) => peer === 'sub_scheduler_00'), {
        what: 'the broadcast',
      });
      const { metadata } = openMessage(got.frames, signer, undefined, 1);
      answer(shell, got, { is_coalescing: true, original_msg_id: metadata.original_msg_id! });
    }
    const reply = openMessage((await next()).frames, signer);
    expect(reply.metadata).toMatchObject({
      original_msg_id: sent.header.msg_id,
      broadcast_targets: [
        ['e0', 0],
        ['e1', 1],
      ],
    });
    expect(reply.buffers).toHaveLength(2);
    expect(service.leftovers()).toEqual([]);
  });

  test('what engines publish reaches clients and the hub', async () => {
    const { connect, sockets, facts } = await bench();
    const { received } = connect('sub', [sockets.endpoint('iopub', 'client')]);
    const { socket } = connect('pub', [sockets.endpoint('iopub', 'engine')], 'e1');
    await until(
      () => {
        socket.send('', [encodeText('engine.0.stdout'), ...request().toWire()]);
        return received.length > 0 && facts.length > 0;
      },
      { what: 'output' },
    );
    expect(decodeText(received[0]!.frames[0]!)).toBe('engine.0.stdout');
    expect(facts[0]!.type).toBe('iopub.published');
  });
});
