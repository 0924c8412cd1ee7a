// Who is let in, and what strangers can do.
import { temporaryFolder, until } from '@muster/testkit';
import type { NatsConnection } from '@nats-io/transport-node';
import { connect } from '@nats-io/transport-node';
import { describe, expect, test } from 'vitest';
import { beat, listen } from '../contract/kit.ts';
import { openBus, settle } from '../testing/buses.ts';
import { createAuthority } from '../testing/certificates.ts';
import { natsServer, startNatsServer, whyMissing } from '../testing/nats-server.ts';
import type { NatsBusOptions } from './options.ts';

const list = { type: 'engines.list' } as const;
const refused = { code: 'bus_refused', retryable: false };

describe.skipIf(!natsServer)(`who is let in${whyMissing()}`, () => {
  /** What becomes of a bus with these options. */
  async function outcome(server: string, more: Partial<NatsBusOptions>): Promise<unknown> {
    await using bus = openBus(server, more);
    return await bus.ready.then(
      () => 'connected',
      (error: unknown) => error,
    );
  }

  test('user and password, or a token; all else is refused in words', async () => {
    const byPassword = 'authorization { user: hub, password: "s3cret" }';
    await using server = await startNatsServer(byPassword);
    expect(await outcome(server.address, { auth: { user: 'hub', password: 's3cret' } })).toBe('connected');
    for (const auth of [{ user: 'hub', password: 'wrong' }, { user: '', password: '' }, { token: 's3cret' }, undefined])
      expect(await outcome(server.address, auth ? { auth } : {})).toMatchObject({
        ...refused,
        message: `NATS at ${server.address} does not accept this user and password or token.`,
        remedy: expect.stringContaining('password'),
      });
    await server.stop();
    await using tokens = await startNatsServer('authorization { token: "t0ken" }');
    expect(await outcome(tokens.address, { auth: { token: 't0ken' } })).toBe('connected');
    expect(await outcome(tokens.address, { auth: { token: 'wrong' } })).toMatchObject(refused);
  });

  test('secrets do not get into the log', async () => {
    await using server = await startNatsServer('authorization { user: hub, password: "s3cret" }');
    await using bus = openBus(server.address, { auth: { user: 'hub', password: 'my-wrong-one' } });
    await bus.ready.catch(() => {});
    await bus.says('bus: refused by NATS');
    expect(bus.lines.join('\n')).not.toContain('my-wrong-one');
  });

  test('after a refusal nothing is tried again, and closing is no matter', async () => {
    await using server = await startNatsServer('authorization { token: "t0ken" }');
    const bus = openBus(server.address, { auth: { token: 'wrong' } });
    bus.publish(beat('a'));
    const asking = bus.ask(list, { timeoutMs: 60_000 });
    await expect(asking).rejects.toMatchObject({ code: 'bus_closed' });
    await expect(bus.ready).rejects.toMatchObject(refused);
    await bus.close();
  });

  test('who was let in once waits until he is let in again', async () => {
    const [mine, other] = ['a', 'b'].map((token) => `authorization { token: "${token}" }`);
    let server = await startNatsServer(mine);
    const { port, address } = server;
    await using bus = openBus(address, { auth: { token: 'a' } });
    await settle(bus);
    for (const config of [other, mine]) {
      await server[Symbol.asyncDispose]();
      server = await startNatsServer(config, port);
      if (config === other) await bus.says('bus: waiting for NATS {"why":"NATS at');
    }
    await using _server = server;
    await bus.becomes('reconnected');
    expect(bus.statuses.map(({ type }) => type)).toEqual(['connected', 'disconnected', 'reconnected']);
  });

  test('TLS: only a server whose certificate is signed for its name by the right authority', async () => {
    await using folder = await temporaryFolder('certificates');
    const authority = await createAuthority(folder.path);
    const stranger = await createAuthority(folder.path, 'stranger');
    const { certFile, keyFile } = await authority.sign('IP:127.0.0.1');
    await using server = await startNatsServer(`tls { cert_file: "${certFile}", key_file: "${keyFile}" }`);
    const { ca } = authority;
    for (const name of [server.address, `nats://${server.address}`, `tls://${server.address}`])
      expect(await outcome(name, { tls: { ca } })).toBe('connected');
    for (const options of [{ tls: { ca: stranger.ca } }, { tls: {} }, {}])
      expect(await outcome(server.address, options)).toMatchObject({
        ...refused,
        message: expect.stringContaining('No secure connection'),
        remedy: expect.stringContaining('authority'),
      });
    const elsewhere = await authority.sign('DNS:elsewhere');
    const config = `tls { cert_file: "${elsewhere.certFile}", key_file: "${elsewhere.keyFile}" }`;
    await using misnamed = await startNatsServer(config);
    expect(await outcome(misnamed.address, { tls: { ca } })).toMatchObject({
      ...refused,
      message: expect.stringContaining('altnames'),
    });
    await using plain = await startNatsServer();
    expect(await outcome(plain.address, { tls: { ca } })).toMatchObject({
      ...refused,
      message: expect.stringContaining('offers no TLS'),
    });
  });

  test('TLS: a certificate of ours, where the server asks for one', async () => {
    await using folder = await temporaryFolder('certificates');
    const authority = await createAuthority(folder.path);
    const own = await authority.sign('IP:127.0.0.1');
    const { cert, key } = await authority.sign('DNS:hub');
    const files = `cert_file: "${own.certFile}", key_file: "${own.keyFile}", ca_file: "${authority.caFile}"`;
    await using server = await startNatsServer(`tls { ${files}, verify: true }`);
    await using bus = openBus(server.address, { tls: { ca: authority.ca, cert, key } });
    const heard = listen(bus, 'heart.started');
    await settle(bus);
    bus.publish(beat('a'));
    await heard.wait(1);
    expect(await outcome(server.address, { tls: { ca: authority.ca } })).toMatchObject(refused);
  });

  test('a user who may use the subjects of his cluster needs no others, and cannot reach those of another', async () => {
    const allow = 'permissions { publish: "muster.lab.>", subscribe: "muster.lab.>" }';
    await using server = await startNatsServer(
      `authorization { users: [{ user: lab, password: p, ${allow} }, { user: all, password: p }] }`,
    );
    const auth = { user: 'lab', password: 'p' };
    await using lab = openBus(server.address, { auth });
    await using outsider = openBus(server.address, { auth, clusterId: 'other' });
    await using other = openBus(server.address, { auth: { user: 'all', password: 'p' }, clusterId: 'other' });
    const [heard, eavesdropped, secret] = [lab, outsider, other].map((bus) => listen(bus, 'heart.started'));
    lab.serve('engines.list', () => ({ engines: [], pending: [] }));
    await settle(lab, outsider, other);
    for (const bus of [lab, outsider, other]) bus.publish(beat('a'));
    await heard!.wait(1);
    await secret!.wait(1);
    expect(await lab.ask(list, { timeoutMs: 5000 })).toEqual({ engines: [], pending: [] });
    await outsider.says('bus: NATS complains');
    await settle(outsider, other, lab);
    expect([heard, eavesdropped, secret].map((one) => one!.uuids())).toEqual([['a'], [], ['a']]);
    await expect(outsider.ask(list, { timeoutMs: 500 })).rejects.toMatchObject({ code: expect.any(String) });
    expect(outsider.isConnected).toBe(true);
  });
});

describe.skipIf(!natsServer)(`strangers on the same server${whyMissing()}`, () => {
  async function stranger(address: string): Promise<NatsConnection & AsyncDisposable> {
    return connect({ servers: address, reconnect: false });
  }

  test('garbage is dropped, counted and mentioned; facts go on', async () => {
    await using server = await startNatsServer();
    await using bus = openBus(server.address);
    await using foreign = await stranger(server.address);
    const heard = listen(bus, 'heart.started', 'task.finished', 'engine.registered');
    bus.serve('engines.list', () => ({ engines: [], pending: [] }));
    await settle(bus);
    let garbage = 0;
    for (const subject of ['fact.heart.started', 'fact.task.finished', 'fact.engine.registered'])
      for (let size = 0; size < 200; size++, garbage++)
        foreign.publish(`muster.lab.${subject}`, Buffer.alloc(size, size % 3));
    for (const text of ['', '{', '[]', 'null', '7'])
      foreign.publish('muster.lab.ask.engines.list', text, { reply: 'muster.lab.inbox.nobody' });
    foreign.publish('muster.lab.fact.unknown', 'x');
    foreign.publish('muster.lab', 'x');
    await foreign.flush();
    bus.publish(beat('a'));
    await heard.wait(1);
    expect(heard.uuids()).toEqual(['a']);
    await until(() => bus.counts().broken === garbage + 5, { what: () => `all is counted: ${bus.counts().broken}` });
    const mentioned = bus.lines.filter((line) => line.startsWith('bus: what came in is broken'));
    expect(mentioned.length).toBeGreaterThan(0);
    expect(mentioned.length).toBeLessThan(20);
    expect(await bus.ask(list, { timeoutMs: 5000 })).toEqual({ engines: [], pending: [] });
  });

  test('answers that are none are refused', async () => {
    await using server = await startNatsServer();
    await using bus = openBus(server.address);
    await using foreign = await stranger(server.address);
    const answers = ['', '{', '{}', '{"answer":{"engines":[{"id":-1}],"pending":[]}}', '{"error":{}}'];
    foreign.subscribe('muster.lab.ask.*.*', { callback: (_, message) => void message.respond(answers.shift()!) });
    await foreign.flush();
    await settle(bus);
    while (answers.length > 0)
      await expect(bus.ask(list, { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'ask_failed' });
  });

  test('clusters on one server hear nothing of each other', async () => {
    await using server = await startNatsServer();
    await using lab = openBus(server.address);
    await using other = openBus(server.address, { clusterId: 'lab2' });
    const [here, there] = [listen(lab, 'heart.started'), listen(other, 'heart.started')];
    other.serve('engines.list', () => ({ engines: [], pending: [] }));
    await settle(lab, other);
    lab.publish(beat('a'));
    other.publish(beat('b'));
    await Promise.all([here.wait(1), there.wait(1)]);
    await settle(lab, other);
    expect([here.uuids(), there.uuids()]).toEqual([['a'], ['b']]);
    await expect(lab.ask(list, { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'nobody_serves' });
  });
});
