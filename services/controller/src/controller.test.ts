// The composition over real ZeroMQ on loopback: ports, connection files, and a first conversation on each side.
import { startEchoEngine } from '@muster/heartmonitor/testing';
import { createSystemPorts } from '@muster/machine/node';
import { buildMessage, channelUrl, createHeaderSource, type Message, openMessage } from '@muster/protocol';
import { createMemoryTaskStore } from '@muster/task-store';
import { silentLogger } from '@muster/telemetry';
import { until } from '@muster/testkit';
import { createHmacSigner, createTransport, generateCurvePair, type Side } from '@muster/transport';
import { afterEach, expect, test } from 'vitest';
import { type Controller, type ControllerOptions, startController } from './controller.ts';
import { planFromFiles } from './port-plan.ts';

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

async function start(overrides: Partial<ControllerOptions> = {}): Promise<Controller> {
  const transport = createTransport({
    onError: (error) => {
      throw error;
    },
  });
  cleanUp.push(() => transport.close());
  const controller = await startController({
    transport,
    ports: createSystemPorts(),
    log: silentLogger,
    store: createMemoryTaskStore(),
    plan: {},
    addresses: { engine: '127.0.0.1', client: '127.0.0.1' },
    curve: undefined,
    facts: { key: 'a key of the test', location: 'here', ssh: { client: '', engine: 'tunnel' } },
    maxMessageBytes: 1e6,
    heartbeat: { periodMs: 100, maxMisses: 10 },
    registrationTimeoutMs: 0,
    resultMaxAgeMs: 0,
    scheduler: { schemeName: 'lru', hwm: 1 },
    engineState: { write() {} },
    onShutdownRequested() {},
    ...overrides,
  });
  cleanUp.push(() => controller.stop());
  return controller;
}

/** Asks the hub one question by a socket of its own, with the file of that side. */
async function ask(
  { connections }: Controller,
  msgType: string,
  content: object,
  side: Side = 'client',
): Promise<Message> {
  const connection = connections[side];
  const signer = createHmacSigner(connection.key);
  const transport = createTransport({ onError() {} });
  cleanUp.push(() => transport.close());
  const { curve_serverkey: serverKey } = connection;
  const socket = transport.open({ kind: 'dealer', ...(serverKey && { curve: { role: 'client', serverKey } }) });
  const answers: Message[] = [];
  socket.onMessages((batch) => {
    for (const { frames } of batch) answers.push(openMessage(frames, signer));
  });
  socket.connect(channelUrl(connection, connection.registration));
  const header = createHeaderSource('test').next(msgType, Date.now() * 1000);
  socket.send('', buildMessage(signer, { header, content }).toWire());
  await until(() => answers.length > 0, { timeoutMs: 5000, what: `an answer to ${msgType}` });
  return answers[0]!;
}

test('both files name what was bound, and the hub answers', async () => {
  const controller = await start();
  const { client, engine } = controller.connections;
  expect(client).toMatchObject({ interface: 'tcp://127.0.0.1', task_scheme: 'lru', location: 'here', ssh: '' });
  expect(engine).toMatchObject({ key: client.key, registration: client.registration, ssh: 'tunnel' });
  const ports = [client.control, client.mux, client.task, client.iopub, client.notification, client.broadcast];
  const others = [engine.control, engine.mux, engine.task, engine.iopub, engine.hb_ping, engine.hb_pong];
  expect(new Set([...ports, ...others, ...engine.broadcast, client.registration]).size).toBe(14);

  const reply = await ask(controller, 'connection_request', {});
  expect(reply.content).toEqual({ status: 'ok', engines: {}, kernels: {} });
  const registration = await ask(controller, 'registration_request', { uuid: 'engine-1' });
  expect(registration.content).toMatchObject({
    status: 'ok',
    id: 0,
    hb_period: 100,
    connection_info: { mux: engine.mux, broadcast: engine.broadcast },
  });
});

test('the same ports can be taken again, and a port that is taken is named', async () => {
  const { connections, stop } = await start();
  const plan = planFromFiles(connections.client, connections.engine);
  await expect(start({ plan })).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(String(connections.engine.registration)),
  });
  await stop();
  expect((await start({ plan })).connections).toEqual(connections);
});

test('different addresses for clients and engines share the registration port', async () => {
  const controller = await start({ addresses: { engine: '127.0.0.2', client: '127.0.0.1' } });
  expect(controller.connections.engine.interface).toBe('tcp://127.0.0.2');
  expect((await ask(controller, 'connection_request', {})).content.status).toBe('ok');
});

test('with CURVE and no key, messages are unsigned and the files carry the server key', async () => {
  const pair = { role: 'server', ...generateCurvePair() } as const;
  const controller = await start({
    curve: { client: pair, engine: pair },
    facts: { key: '', location: 'here', ssh: { client: '', engine: '' } },
  });
  expect(controller.connections.client).toMatchObject({ key: '', curve_serverkey: pair.publicKey });
  expect((await ask(controller, 'connection_request', {})).content.status).toBe('ok');
});

const strictCurve = () => ({
  engine: { role: 'server', ...generateCurvePair() } as const,
  client: { role: 'server', ...generateCurvePair() } as const,
});

test('strict CURVE: each file has its key and its registration, and each side is heard at its own port only', async () => {
  const curve = strictCurve();
  const controller = await start({ curve });
  const { client, engine } = controller.connections;
  expect(client.curve_serverkey).toBe(curve.client.publicKey);
  expect(engine.curve_serverkey).toBe(curve.engine.publicKey);
  expect(client.registration).not.toBe(engine.registration);
  expect(client.key).toBe('a key of the test');
  expect((await ask(controller, 'connection_request', {})).content.status).toBe('ok');
  const registered = await ask(controller, 'registration_request', { uuid: 'a' }, 'engine');
  expect(registered.content).toMatchObject({ id: 0, connection_info: { registration: engine.registration } });
  const refused = { status: 'error', ename: 'PermissionError', engine_info: {} };
  const atClients = await ask(controller, 'registration_request', { uuid: 'b' });
  expect(atClients.header.msg_type).toBe('registration_reply');
  expect(atClients.content).toMatchObject({ ...refused, evalue: expect.stringContaining('ipcontroller-engine.json') });
  for (const question of ['connection_request', 'shutdown_request', 'history_request'])
    expect((await ask(controller, question, {}, 'engine')).content).toMatchObject({
      ...refused,
      evalue: expect.stringContaining('ipcontroller-client.json'),
    });
});

test('strict CURVE: addresses of the two sides may differ, and the ports can be taken again', async () => {
  const options = { curve: strictCurve(), addresses: { engine: '127.0.0.2', client: '127.0.0.1' } };
  const { connections, stop } = await start(options);
  expect(connections.engine.interface).toBe('tcp://127.0.0.2');
  await stop();
  const again = await start({ ...options, plan: planFromFiles(connections.client, connections.engine) });
  expect(again.connections).toEqual(connections);
  expect((await ask(again, 'connection_request', {})).content.status).toBe('ok');
  expect((await ask(again, 'registration_request', { uuid: 'a' }, 'engine')).content.status).toBe('ok');
});

test('a client may ask for the end', async () => {
  let asked = false;
  const controller = await start({ onShutdownRequested: () => (asked = true) });
  expect((await ask(controller, 'shutdown_request', {})).content.status).toBe('ok');
  await until(() => asked, { timeoutMs: 5000, what: 'the wish to stop' });
});

test('heartbeats have a thread of their own: a controller that is busy for twenty periods loses no engine', async () => {
  const periodMs = 50;
  const failures: Error[] = [];
  const controller = await start({
    heartbeat: { periodMs, maxMisses: 3 },
    heartbeatThread: { transport: 'zmtp', onFailed: (error) => failures.push(error) },
    afterSends: setImmediate,
  });
  const { engine } = controller.connections;
  const echo = startEchoEngine('engine-1', engine);
  cleanUp.push(echo.stop);
  expect((await ask(controller, 'registration_request', { uuid: 'engine-1' })).content.status).toBe('ok');
  const engines = async () => (await ask(controller, 'connection_request', {})).content.engines;
  await until(async () => Object.keys((await engines()) as object).length === 1, { what: 'the engine' });
  const before = echo.pings;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 * periodMs);
  expect(echo.pings - before).toBeGreaterThan(10);
  const then = echo.pings;
  await until(() => echo.pings > then + 5, { what: 'further pings' });
  expect(await engines()).toEqual({ 0: 'engine-1' });

  echo.fallSilent();
  await until(async () => Object.keys((await engines()) as object).length === 0, { what: 'the loss' });
  expect(failures).toEqual([]);
});
