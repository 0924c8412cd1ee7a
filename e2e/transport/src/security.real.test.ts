// Peers with CURVE or PLAIN at a socket without, and the other way round; and strangers that speak no ZeroMQ at all.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generateCurvePair } from '@muster/transport';
import { describe, expect, test } from 'vitest';
import { echo, inboxOf, repeatUntil, say, startOurs } from './ours.ts';
import type { PeerOptions } from './peers/peer.ts';
import { connectRaw, listenRaw } from './raw/raw-peer.ts';
import { hello } from './raw/wire.ts';
import { isOwn, peerOf, transports } from './table.ts';
import { until } from './until.ts';

const pair = generateCurvePair();
const own = generateCurvePair();
const asClient: Record<string, PeerOptions> = {
  CURVE: { curve_serverkey: pair.publicKey, curve_publickey: own.publicKey, curve_secretkey: own.secretKey },
  PLAIN: { plain_username: 'somebody', plain_password: 'secret' },
};
const asServer: Record<string, PeerOptions> = {
  CURVE: { curve_server: 1, curve_secretkey: pair.secretKey, curve_publickey: pair.publicKey },
  PLAIN: { plain_server: 1 },
};

const strangers: Record<string, (endpoint: string) => Promise<unknown>> = {
  async HTTP(endpoint) {
    await fetch(endpoint.replace('tcp', 'http')).catch(() => {});
  },
  async TLS(endpoint) {
    const port = Number(endpoint.split(':').at(-1));
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('error', () => {});
    await new Promise((done) => socket.once('close', done));
  },
  async garbage(endpoint) {
    const peer = await connectRaw(endpoint);
    await peer.say(Buffer.alloc(100_000, 'garbage'));
    // libzmq takes it for a frame of ZMTP 1, and waits.
    await peer.ended(500).catch(() => peer.leave());
  },
};

describe.each(transports)('%s:', (transport) => {
  test.each(['CURVE', 'PLAIN'])(
    'their DEALER with %s is kept out of our plain ROUTER, and it is told',
    async (mechanism) => {
      const { open, errors } = startOurs(transport);
      const router = open('router');
      const heard = echo(router);
      const endpoint = await router.bind('tcp://127.0.0.1:*');
      const peer = await peerOf('pyzmq');
      const [wrong, right] = [
        await peer.open('dealer', { ...asClient[mechanism], sndtimeo: 200 }),
        await peer.open('dealer'),
      ];
      await wrong.connect(endpoint);
      // It may be refused before it can say so much.
      await wrong.send('let me in').catch(() => {});
      // libzmq hangs up on us and we on it, at the same time: it may miss the reason.
      if (isOwn(transport)) {
        await until(() => errors.length > 0, { what: 'it is told' });
        expect(errors[0]).toMatch(/kept out/);
        expect(errors[0]).toContain(endpoint.split(':').at(-1));
      }
      await right.connect(endpoint);
      await right.send('hello');
      await right.skipTo('hello');
      expect(heard.size).toBe(1);
      expect(errors.join()).not.toContain(pair.publicKey);
      await wrong.close();
      await right.close();
    },
  );

  test.each(['CURVE', 'PLAIN'])(
    'our plain DEALER at their ROUTER with %s: it is told, and nothing is sent',
    async (mechanism) => {
      const { open, errors } = startOurs(transport);
      const peer = await peerOf('pyzmq');
      const router = await peer.open('router', asServer[mechanism]);
      const other = await peer.open('router');
      const dealer = open('dealer', { lingerMs: 0 });
      dealer.connect(await router.bind('tcp://127.0.0.1:*'));
      if (isOwn(transport)) {
        await until(() => errors.length > 0, { what: 'it is told' });
        expect(errors[0]).toMatch(/kept out/);
      }
      // It is not lost to others.
      const second = open('dealer');
      second.connect(await other.bind('tcp://127.0.0.1:*'));
      say(second, '', 'hello');
      expect((await other.receive())[0]![1]).toEqual(Buffer.from('hello'));
      await expect(router.receive(1, 50)).rejects.toThrow();
      await router.close();
      await other.close();
    },
  );

  test('our DEALER with CURVE at their plain ROUTER is not heard, theirs with CURVE at ours with CURVE is', async () => {
    const { open } = startOurs(transport);
    const peer = await peerOf('pyzmq');
    const plain = await peer.open('router');
    const dealer = open('dealer', { curve: { role: 'client', serverKey: pair.publicKey }, lingerMs: 0 });
    dealer.connect(await plain.bind('tcp://127.0.0.1:*'));
    say(dealer, '', 'secret');
    const router = open('router', { curve: { role: 'server', ...pair } });
    echo(router);
    const theirs = await peer.open('dealer', asClient.CURVE);
    await theirs.connect(await router.bind('tcp://127.0.0.1:*'));
    await theirs.send('hello');
    await theirs.skipTo('hello');
    await expect(plain.receive(1, 100)).rejects.toThrow();
    await theirs.close();
    await plain.close();
  });

  test.each(Object.entries(strangers))(
    '%s at the port: it is closed and told, and others are served',
    async (_, knock) => {
      const { open, errors } = startOurs(transport);
      const router = open('router');
      echo(router);
      const endpoint = await router.bind('tcp://127.0.0.1:*');
      const good = await (await peerOf('pyzmq')).open('dealer');
      await good.connect(endpoint);
      for (let n = 0; n < 5; n++) {
        await knock(endpoint);
        await good.send(`round ${n}`);
        await good.skipTo(`round ${n}`);
      }
      if (isOwn(transport)) {
        // Once, though they came five times.
        expect(errors).toEqual([expect.stringMatching(/do not speak ZeroMQ/)]);
      }
      await good.close();
    },
  );

  test('we connect to a web server: it is told, given up, and our other connection works', async () => {
    let knocks = 0;
    const web = createServer((socket) => {
      knocks++;
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const { open, errors } = startOurs(transport);
    const router = await (await peerOf('pyzmq')).open('router');
    await router.mode('echo');
    const dealer = open('dealer', { lingerMs: 0 });
    const inbox = inboxOf(dealer);
    dealer.connect(await router.bind('tcp://127.0.0.1:*'));
    dealer.connect(`tcp://127.0.0.1:${(web.address() as { port: number }).port}`);
    if (isOwn(transport)) await until(() => errors.length > 0, { what: 'it is told' });
    await repeatUntil(
      () => say(dealer, '', 'hello'),
      () => inbox.received.length > 20,
      'the other is used',
    );
    if (isOwn(transport)) {
      expect(errors).toEqual([expect.stringMatching(/do not speak ZeroMQ/)]);
      expect(knocks).toBe(1);
    }
    web.close();
    await router.close();
  });

  test('a server of the wrong kind (PUB for our DEALER) is given up and told; nothing is lost to another', async () => {
    await using server = await listenRaw(hello('PUB'));
    const { open, errors } = startOurs(transport);
    const router = await (await peerOf('pyzmq')).open('router');
    await router.mode('echo');
    const dealer = open('dealer', { lingerMs: 0 });
    const inbox = inboxOf(dealer);
    dealer.connect(server.endpoint);
    if (isOwn(transport)) {
      await until(() => errors.length > 0, { what: 'it is told' });
      expect(errors[0]).toMatch(/kind of socket/);
    }
    dealer.connect(await router.bind('tcp://127.0.0.1:*'));
    await repeatUntil(
      () => say(dealer, '', 'hello'),
      () => inbox.received.length > 5,
      'the other is used',
    );
    await router.close();
  });

  test('sockets of types that do not fit are not let in: PUSH, PAIR, SUB, REP at a ROUTER; DEALER at a PUB', async () => {
    const { open } = startOurs(transport);
    const [router, publisher] = [open('router'), open('pub')];
    const heard = echo(router);
    const [atRouter, atPub] = [await router.bind('tcp://127.0.0.1:*'), await publisher.bind('tcp://127.0.0.1:*')];
    const peer = await peerOf('pyzmq');
    const wrong = await Promise.all(
      (['push', 'pair', 'sub', 'rep', 'dealer'] as const).map(async (kind) => {
        const theirs = await peer.open(kind, { sndtimeo: 100 }, true);
        await theirs.connect(kind === 'dealer' ? atPub : atRouter);
        return theirs;
      }),
    );
    for (const theirs of wrong) {
      const seen: string[] = [];
      await until(
        async () => {
          seen.push(...(await theirs.events()));
          return seen.includes('DISCONNECTED') || seen.includes('HANDSHAKE_FAILED_PROTOCOL');
        },
        { what: () => `libzmq is told no: ${seen.join(' ')}` },
      );
      expect(seen).not.toContain('HANDSHAKE_SUCCEEDED');
    }
    expect(heard.size).toBe(0);
    for (const theirs of wrong) await theirs.close();
  });
});
