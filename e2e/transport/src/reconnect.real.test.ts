// Restarts of either side, cut lines, late peers, linger: nothing doubled, order kept, and who comes back is heard.

import type { TransportName } from '@muster/transport';
import { describe, expect, test } from 'vitest';
import { greetSubscriber } from './meeting.ts';
import { bytesOf, nthMessage, textOf, wrongOnes } from './messages.ts';
import { echo, inboxOf, repeatUntil, say, startOurs } from './ours.ts';
import { startProxy } from './raw/proxy.ts';
import { listenRaw } from './raw/raw-peer.ts';
import { hello } from './raw/wire.ts';
import { freeEndpoint, isOwn, peerOf, schemesOf, startOwnPyzmq, transports } from './table.ts';
import { until } from './until.ts';

const increasing = (numbers: readonly number[]): boolean => numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);
const numbersIn = (texts: readonly string[]): number[] => texts.map(Number).filter((n) => !Number.isNaN(n));

const rows = transports.flatMap((transport) => schemesOf(transport).map((scheme) => ({ transport, scheme })));
describe.each(rows)('$transport over $scheme:', ({ transport, scheme }) => {
  test('their ROUTER is killed and started again, three times: our DEALER comes back by itself, nothing doubled, in order', async () => {
    const { open } = startOurs(transport);
    const dealer = open('dealer', { identity: 'client' });
    const inbox = inboxOf(dealer);
    let endpoint = await freeEndpoint(scheme);
    let sent = 0;
    for (let life = 0; life < 3; life++) {
      const peer = await startOwnPyzmq();
      const router = await peer.open('router');
      endpoint = await router.bind(endpoint);
      await router.mode('echo');
      if (life === 0) dealer.connect(endpoint);
      const before = inbox.received.length;
      await repeatUntil(
        () => say(dealer, '', String(sent++)),
        () => inbox.received.length > before + 20,
        `answers in life ${life}`,
      );
      await peer.end();
    }
    expect(increasing(numbersIn(inbox.texts()))).toBe(true);
  });

  test('our ROUTER ends and another binds the same place: their DEALER comes back under its name', async () => {
    const peer = await peerOf('pyzmq');
    const dealer = await peer.open('dealer', { routing_id: 'engine' });
    let endpoint = await freeEndpoint(scheme);
    const heard: string[] = [];
    for (let life = 0; life < 3; life++) {
      const { open, transport: ours } = startOurs(transport);
      const router = open('router');
      const inbox = inboxOf(router);
      endpoint = await router.bind(endpoint);
      if (life === 0) await dealer.connect(endpoint);
      await repeatUntil(
        () => dealer.send(String(1000 * life)),
        () => inbox.received.length > 0,
        'it is back',
      );
      expect(inbox.received[0]!.peer).toBe('engine');
      await dealer.sendRun({ count: 100 });
      await until(() => inbox.texts().at(-1) === '99', { what: 'the run' });
      say(router, 'engine', `answer of ${life}`);
      await dealer.skipTo(`answer of ${life}`);
      heard.push(...inbox.texts().slice(-100));
      await ours.close();
    }
    expect(heard).toEqual([0, 1, 2].flatMap(() => Array.from({ length: 100 }, (_, n) => String(n))));
    await dealer.close();
  });

  test('their SUB is told again what it wants when our PUB is another, and ours when theirs is', async () => {
    const sub = await (await peerOf('pyzmq')).open('sub');
    await sub.subscribe('');
    let endpoint = await freeEndpoint(scheme);
    for (let life = 0; life < 2; life++) {
      const { open, transport: ours } = startOurs(transport);
      const publisher = open('pub');
      endpoint = await publisher.bind(endpoint);
      if (life === 0) await sub.connect(endpoint);
      await greetSubscriber(publisher, sub, `life ${life} `);
      await ours.close();
    }
    await sub.close();
    const { open } = startOurs(transport);
    const subscriber = open('sub');
    const inbox = inboxOf(subscriber);
    for (let life = 0; life < 2; life++) {
      const peer = await startOwnPyzmq();
      const publisher = await peer.open('pub');
      endpoint = await publisher.bind(endpoint);
      if (life === 0) subscriber.connect(endpoint);
      await repeatUntil(
        () => publisher.send(`from life ${life}`),
        () => inbox.texts().includes(`from life ${life}`),
        'it hears',
      );
      await peer.end();
    }
  });

  test('what a DEALER of theirs or ours sends before the other is there arrives when it comes, in order', async () => {
    const { open } = startOurs(transport);
    const endpoint = scheme === 'ipc' ? await freeEndpoint('ipc') : await placeThatWasFree(transport);
    const early = open('dealer');
    for (let n = 0; n < 300; n++) early.send('', nthMessage(n));
    early.connect(endpoint);
    for (let n = 300; n < 500; n++) early.send('', nthMessage(n));
    const router = await (await peerOf('pyzmq')).open('router');
    await router.bind(endpoint);
    expect(await router.checkRun({ count: 500, behind: 1 })).toEqual([]);
    await router.close();
    await early.close();
    const theirs = await (await peerOf('pyzmq')).open('dealer');
    const other = scheme === 'ipc' ? await freeEndpoint('ipc') : await placeThatWasFree(transport);
    await theirs.connect(other);
    await theirs.sendRun({ count: 500 });
    const late = open('router');
    const inbox = inboxOf(late);
    await late.bind(other);
    await inbox.wait(500);
    expect(wrongOnes(inbox.frames())).toEqual([]);
    await theirs.close();
  });
});

async function placeThatWasFree(transport: TransportName): Promise<string> {
  const { open, transport: ours } = startOurs(transport);
  const endpoint = await open('router').bind('tcp://127.0.0.1:*');
  await ours.close();
  return endpoint;
}

describe.each(transports)('%s:', (transport) => {
  test.each(['end', 'reset'] as const)(
    'a line that is cut again and again (%s): nothing doubled, order kept, both ways',
    async (how) => {
      const { open } = startOurs(transport);
      const router = await (await peerOf('pyzmq')).open('router');
      await router.mode('echo');
      await using proxy = await startProxy(await router.bind('tcp://127.0.0.1:*'));
      const dealer = open('dealer', { identity: 'worker' });
      const inbox = inboxOf(dealer);
      dealer.connect(proxy.endpoint);
      let sent = 0;
      for (let round = 0; round < 4; round++) {
        const before = inbox.received.length;
        await repeatUntil(
          () => {
            for (let i = 0; i < 20; i++) dealer.send('', [bytesOf(String(sent++)), Buffer.alloc(2_000)]);
          },
          () => inbox.received.length > before + 100,
          `answers in round ${round}`,
        );
        proxy.cut(how);
      }
      expect(increasing(numbersIn(inbox.texts()))).toBe(true);
      expect(inbox.received.every(({ frames }) => frames.length === 2 && frames[1]!.length === 2_000)).toBe(true);
      expect(proxy.connections).toBeGreaterThan(2);
      await router.close();
    },
  );

  test('what cannot be connected to is tried with pauses that grow, not in a loop', async () => {
    const { open } = startOurs(transport);
    // It takes connections and ends them at once.
    const times: number[] = [];
    await using server = await listenRaw();
    const watch = setInterval(() => {
      for (const peer of server.peers.splice(0)) {
        times.push(performance.now());
        peer.leave();
      }
    }, 2);
    const begin = performance.now();
    open('dealer', { lingerMs: 0 }).connect(server.endpoint);
    await until(() => performance.now() - begin > 2_500, { what: 'the time is over' });
    clearInterval(watch);
    expect(times.length).toBeGreaterThan(6);
    // libzmq tries ten times a second for ever; ours less and less.
    expect(times.length).toBeLessThan(40);
    const half = Math.floor(times.length / 2);
    const [first, last] = [times[half]! - times[0]!, times.at(-1)! - times.at(-1 - half)!];
    if (isOwn(transport)) expect(last).toBeGreaterThan(first);
  });

  test('close delivers what was sent before, though the peer reads slowly', async () => {
    const { open } = startOurs(transport);
    const theirs = await (await peerOf('pyzmq')).open('router');
    const dealer = open('dealer', { lingerMs: 10_000 });
    dealer.connect(await theirs.bind('tcp://127.0.0.1:*'));
    say(dealer, '', 'first');
    await theirs.receive();
    await theirs.mode('ignore');
    const body = Buffer.alloc(100_000);
    for (let n = 0; n < 200; n++) dealer.send('', [bytesOf(String(n)), body]);
    const closing = dealer.close();
    await theirs.mode('collect');
    const messages = await theirs.receive(200);
    expect(messages.map(([, number]) => textOf(number as Buffer))).toEqual(
      Array.from({ length: 200 }, (_, n) => String(n)),
    );
    await closing;
    await theirs.close();
  });

  test('close takes no longer than linger when the peer does not read', async () => {
    await using server = await listenRaw(hello('ROUTER'));
    const { open } = startOurs(transport);
    const dealer = open('dealer', { lingerMs: 300 });
    dealer.connect(server.endpoint);
    await until(() => server.peers.length > 0, { what: 'it connects' });
    server.peers[0]!.socket.pause();
    for (let n = 0; n < 200; n++) dealer.send('', [Buffer.alloc(200_000)]);
    const begin = performance.now();
    await dealer.close();
    expect(performance.now() - begin).toBeLessThan(3_000);
  });

  test('their close with linger: what they sent last arrives, though they are gone', async () => {
    const { open } = startOurs(transport);
    const router = open('router');
    const inbox = inboxOf(router);
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const peer = await peerOf('pyzmq');
    for (let n = 0; n < 20; n++) {
      const theirs = await peer.open('dealer');
      await theirs.connect(endpoint);
      await theirs.send(`last words ${n}`, { seed: n, size: 200_000 });
      await theirs.close(5_000);
    }
    await inbox.wait(20);
    expect(inbox.received.every(({ frames }) => frames[1]!.length === 200_000)).toBe(true);
  });

  test('one socket connected to three, of which one goes and comes: the others notice nothing', async () => {
    const { open } = startOurs(transport);
    const peer = await peerOf('pyzmq');
    const stable = [await peer.open('router', { routing_id: 'a' }), await peer.open('router', { routing_id: 'b' })];
    const engine = open('router', { identity: 'engine' });
    const heard = echo(engine);
    for (const router of stable) engine.connect(await router.bind('tcp://127.0.0.1:*'));
    let endpoint = 'tcp://127.0.0.1:*';
    for (let life = 0; life < 3; life++) {
      const other = await peer.open('router', { routing_id: 'c', router_mandatory: 1, sndtimeo: 100 });
      // libzmq lets go of a port some time after `close`.
      endpoint = await until(() => other.bind(endpoint), { what: 'the port is free' });
      if (life === 0) engine.connect(endpoint);
      await repeatUntil(
        () => other.send('engine', 'hello').catch(() => {}),
        () => heard.has('c'),
        'the third knows the engine',
      );
      heard.delete('c');
      for (const router of stable) {
        let answered = false;
        await repeatUntil(
          async () => {
            await router.send('engine', `life ${life}`);
            answered = await router.receive(1, 300).then(
              () => true,
              () => false,
            );
          },
          () => answered,
          'the others are answered',
        );
      }
      await other.close();
    }
    for (const router of stable) await router.close();
  });
});
