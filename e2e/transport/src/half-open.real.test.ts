// Connections that are there and say nothing: heartbeats (PING, PONG) of either side, and lines that fall silent.

import { describe, expect, test } from 'vitest';
import { echo, inboxOf, repeatUntil, say, startOurs } from './ours.ts';
import { startProxy } from './raw/proxy.ts';
import type { RawPeer } from './raw/raw-peer.ts';
import { listenRaw, shakeHands } from './raw/raw-peer.ts';
import { command, greeting, identity, message, ready } from './raw/wire.ts';
import { startOwnSubject } from './subject/subject.ts';
import { ownTransports, peerOf, peers, startOwnPyzmq, transports } from './table.ts';
import { until } from './until.ts';

const beats = { heartbeat_ivl: 100, heartbeat_timeout: 400, heartbeat_ttl: 800 };

/** Our side finds out first, as libzmq's ROUTER never hears one who comes back before that. */
const oursFirst = { heartbeat_ivl: 100, heartbeat_timeout: 1_500, heartbeat_ttl: 500 };

const rows = transports.flatMap((transport) => Object.keys(peers).map((peer) => ({ transport, peer })));
describe.each(rows)('$transport with $peer that sends heartbeats:', (who) => {
  test.each(['dealer', 'sub'] as const)('its %s stays connected to ours that has nothing to say', async (kind) => {
    const { open, errors } = startOurs(who.transport);
    const ours = open(kind === 'dealer' ? 'router' : 'pub');
    const endpoint = await ours.bind('tcp://127.0.0.1:*');
    await using proxy = await startProxy(endpoint);
    const theirs = await (await peerOf(who.peer)).open(kind, beats);
    if (kind === 'sub') await theirs.subscribe('');
    await theirs.connect(proxy.endpoint);
    const begin = performance.now();
    await until(() => performance.now() - begin > 1_500, { what: 'fifteen heartbeats' });
    expect(proxy.connections).toBe(1);
    if (kind === 'dealer') {
      echo(ours);
      await theirs.send('still there?');
      await theirs.skipTo('still there?');
    } else {
      say(ours, '', 'still there');
      await theirs.skipTo('still there');
    }
    expect(errors).toEqual([]);
    await theirs.close();
  });

  test('its ROUTER, bound, stays connected to our DEALER', async () => {
    const { open, errors } = startOurs(who.transport);
    const theirs = await (await peerOf(who.peer)).open('router', beats);
    await theirs.mode('echo');
    await using proxy = await startProxy(await theirs.bind('tcp://127.0.0.1:*'));
    const ours = open('dealer');
    const inbox = inboxOf(ours);
    ours.connect(proxy.endpoint);
    const begin = performance.now();
    await until(() => performance.now() - begin > 1_200, { what: 'twelve heartbeats' });
    say(ours, '', 'still there?');
    await inbox.wait(1);
    expect(proxy.connections).toBe(1);
    expect(errors).toEqual([]);
    await theirs.close();
  });

  test('when the line falls silent it comes back to our ROUTER by another, under its name', async () => {
    const { open } = startOurs(who.transport);
    const router = open('router');
    const inbox = inboxOf(router);
    await using proxy = await startProxy(await router.bind('tcp://127.0.0.1:*'));
    const theirs = await (await peerOf(who.peer)).open('dealer', { ...oursFirst, routing_id: 'engine' });
    await theirs.connect(proxy.endpoint);
    await theirs.send('hello');
    await inbox.wait(1);
    const begin = performance.now();
    await until(() => performance.now() - begin > 500, { what: 'some heartbeats' });
    proxy.goSilent();
    // Our side knows of the end by the time that its PINGs announced, and takes the new connection for the old name.
    await repeatUntil(
      () => theirs.send('here again'),
      () => inbox.texts().includes('here again'),
      'it is heard again',
    );
    expect(inbox.received.at(-1)!.peer).toBe('engine');
    say(router, 'engine', 'welcome');
    await theirs.skipTo('welcome');
    await theirs.close();
  });
});

describe.each(transports)('%s:', (transport) => {
  test('a stopped process that sent heartbeats is given up after the time that it announced; another takes its name', async () => {
    const { open } = startOurs(transport);
    const router = open('router');
    const inbox = inboxOf(router);
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const first = await startOwnPyzmq();
    const theirs = await first.open('dealer', { ...beats, routing_id: 'engine' });
    await theirs.connect(endpoint);
    await theirs.send('first');
    await inbox.wait(1);
    const begin = performance.now();
    await until(() => performance.now() - begin > 300, { what: 'some heartbeats' });
    first.signal('SIGSTOP');
    const second = await startOwnPyzmq();
    await repeatUntil(
      async () => {
        const next = await second.open('dealer', { routing_id: 'engine' });
        await next.connect(endpoint);
        await next.send('second');
        await inbox.wait(inbox.received.length + 1, 300).catch(() => {});
        await next.close();
      },
      () => inbox.texts().includes('second'),
      'the name is free',
    );
    first.signal('SIGKILL');
  });

  test('a raw peer whose PING announces a time and that is silent then is ended; one with 0 is not', async () => {
    const { open } = startOurs(transport);
    const router = open('router');
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const silent = await shakeHands(endpoint, 'DEALER', identity('silent'));
    const patient = await shakeHands(endpoint, 'DEALER', identity('patient'));
    await patient.say(command('PING', '\0\0'));
    await silent.say(command('PING', '\0\x05'));
    await silent.ended(4_000);
    expect(patient.isEnded).toBe(false);
    patient.leave();
  });

  test('a peer that is gone without a word while we connect elsewhere: the handshake is not waited for for ever', async () => {
    await using server = await listenRaw(Buffer.alloc(0));
    const { open } = startOurs(transport);
    const dealer = open('dealer', { lingerMs: 0 });
    const inbox = inboxOf(dealer);
    const router = await (await peerOf('pyzmq')).open('router');
    await router.mode('echo');
    dealer.connect(server.endpoint);
    dealer.connect(await router.bind('tcp://127.0.0.1:*'));
    await repeatUntil(
      () => say(dealer, '', 'x'),
      () => inbox.received.length > 10,
      'the other is used',
    );
    await router.close();
  });
});

describe.each(ownTransports)('%s, its own heartbeats:', () => {
  const heartbeat = { intervalMs: 150, timeoutMs: 400 };

  test('a libzmq peer answers them and stays', async () => {
    const subject = await startOwnSubject({ kind: 'router', heartbeat });
    const theirs = await (await peerOf('pyzmq')).open('dealer');
    await theirs.connect(subject.endpoint);
    await theirs.send('hello');
    await theirs.receive();
    const begin = performance.now();
    await until(() => performance.now() - begin > 1_500, { what: 'ten heartbeats' });
    const { counters } = await subject.figures();
    expect([counters.connectionsMade, counters.refused]).toEqual([1, {}]);
    await theirs.close();
  });

  test('a line that falls silent is ended as `silent`, and the peer is dialled again', async () => {
    const theirs = await (await peerOf('pyzmq')).open('router');
    await using proxy = await startProxy(await theirs.bind('tcp://127.0.0.1:*'));
    const subject = await startOwnSubject({ kind: 'dealer', heartbeat, connectTo: proxy.endpoint });
    await until(() => proxy.connections === 1, { what: 'it connects' });
    await until(async () => (await subject.figures()).counters.connectionsOpen === 1, { what: 'hands are shaken' });
    proxy.goSilent();
    await until(async () => (await subject.figures()).counters.refused.silent === 1, { what: 'it is found out' });
    await until(async () => (await subject.figures()).counters.connectionsMade === 2, { what: 'it is there again' });
    await subject.send('', 1, 3);
    expect((await theirs.receive())[0]![1]).toEqual(Buffer.alloc(3));
    await theirs.close();
  });

  test('a peer that says only half a message and falls silent is ended, and its half forgotten', async () => {
    const subject = await startOwnSubject({ kind: 'router', heartbeat });
    const peer = await shakeHands(subject.endpoint, 'DEALER');
    await peer.say(message('whole', 'and more').subarray(0, 9));
    await peer.ended();
    const { counters, received } = await subject.figures();
    expect([counters.refused.silent, received]).toEqual([1, 0]);
  });

  test('a side that connects and meets nobody who speaks gives up within the handshake time and tries again', async () => {
    await using server = await listenRaw(greeting());
    const subject = await startOwnSubject({ kind: 'dealer', limits: { handshakeMs: 300 }, connectTo: server.endpoint });
    await until(() => server.peers.length >= 2, { what: 'it tries again' });
    expect((await subject.figures()).counters.refused.handshake_too_slow).toBeGreaterThan(0);
    const answered = new Set<RawPeer>();
    await until(
      async () => {
        for (const peer of server.peers.filter((one) => !one.isEnded && !answered.has(one))) {
          answered.add(peer);
          await peer.say(ready('ROUTER'));
        }
        return (await subject.figures()).counters.connectionsMade > 0;
      },
      { what: 'hands are shaken', everyMs: 5 },
    );
  });
});
