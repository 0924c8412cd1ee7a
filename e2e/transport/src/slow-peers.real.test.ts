// Peers that read slowly, late or never: others are served, memory stays within limits, and the reason is told.

import { describe, expect, test } from 'vitest';
import { nthMessage, wrongOnes } from './messages.ts';
import { echo, inboxOf, repeatUntil, startOurs } from './ours.ts';
import { shakeHands } from './raw/raw-peer.ts';
import { identity, message } from './raw/wire.ts';
import { startOwnSubject } from './subject/subject.ts';
import { ownTransports, peerOf, startOwnPyzmq, transports } from './table.ts';
import { until } from './until.ts';

const MiB = 2 ** 20;

describe.each(transports)('%s:', (transport) => {
  test('a peer that does not read for a while gets everything afterwards, in order, while another is served', async () => {
    const { open } = startOurs(transport);
    const router = open('router');
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const peer = await peerOf('pyzmq');
    const heard = echo(router);
    const slow = await peer.open('dealer', { routing_id: 'slow', rcvhwm: 10 });
    const quick = await peer.open('dealer', { routing_id: 'quick' });
    for (const theirs of [slow, quick]) {
      await theirs.connect(endpoint);
      await theirs.send('hello');
      await theirs.receive();
    }
    await slow.mode('ignore');
    for (let n = 0; n < 3_000; n++) router.send('slow', nthMessage(n));
    await quick.sendRun({ count: 500 });
    expect(await quick.checkRun({ count: 500 })).toEqual([]);
    await slow.mode('collect');
    expect(await slow.checkRun({ count: 3_000 })).toEqual([]);
    expect(heard.size).toBe(2);
    await slow.close();
    await quick.close();
  });

  test('a stopped process (SIGSTOP) that goes on soon has lost nothing; others did not wait', async () => {
    const { open } = startOurs(transport);
    const router = open('router');
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const stopped = await startOwnPyzmq();
    const theirs = await stopped.open('dealer', { routing_id: 'stopped' });
    const other = await (await peerOf('pyzmq')).open('dealer', { routing_id: 'other' });
    const inbox = inboxOf(router);
    for (const socket of [theirs, other]) {
      await socket.connect(endpoint);
      await socket.send('hello');
    }
    await inbox.wait(2);
    stopped.signal('SIGSTOP');
    for (let n = 0; n < 1_000; n++) {
      router.send('stopped', nthMessage(n));
      router.send('other', nthMessage(n));
    }
    expect(await other.checkRun({ count: 1_000 })).toEqual([]);
    stopped.signal('SIGCONT');
    expect(await theirs.checkRun({ count: 1_000 })).toEqual([]);
    await other.close();
  });

  test('we read late: what a peer sent meanwhile is all there, in order', async () => {
    const { open } = startOurs(transport);
    const router = open('router');
    const theirs = await (await peerOf('pyzmq')).open('dealer');
    await theirs.connect(await router.bind('tcp://127.0.0.1:*'));
    await theirs.sendRun({ count: 3_000 });
    const inbox = inboxOf(router);
    await inbox.wait(3_000);
    expect(wrongOnes(inbox.frames())).toEqual([]);
    await theirs.close();
  });

  test('a PUB with a subscriber that does not read: the other hears everything', async () => {
    const { open } = startOurs(transport);
    const publisher = open('pub');
    const endpoint = await publisher.bind('tcp://127.0.0.1:*');
    const peer = await peerOf('pyzmq');
    const [dead, live] = [await peer.open('sub', { rcvhwm: 1 }), await peer.open('sub')];
    for (const theirs of [dead, live]) {
      await theirs.subscribe('');
      await theirs.connect(endpoint);
    }
    await until(
      async () => {
        publisher.send('', [Buffer.from('hello')]);
        return (
          (await dead.receive(1, 1).catch(() => [])).length > 0 && (await live.receive(1, 1).catch(() => [])).length > 0
        );
      },
      { what: 'both hear' },
    );
    await dead.mode('ignore');
    publisher.send('', [Buffer.from('now')]);
    await live.skipTo('now');
    for (let n = 0; n < 2_000; n++) publisher.send('', nthMessage(n));
    expect(await live.checkRun({ count: 2_000 })).toEqual([]);
    await dead.close();
    await live.close();
  });
});

describe.each(ownTransports)('%s, measured:', () => {
  const limits = { peerQueueBytes: 20 * MiB, totalQueueBytes: 60 * MiB, stalledMs: 1_000 };

  test('a dead reader (SIGSTOP) is ended at its limit with the reason; memory stays within it, and others are served', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const dead = await startOwnPyzmq();
    const theirs = await dead.open('dealer', { routing_id: 'dead' });
    const other = await (await peerOf('pyzmq')).open('dealer');
    for (const socket of [theirs, other]) {
      await socket.connect(subject.endpoint);
      await socket.send('hello');
      await socket.receive();
    }
    const { rss } = await subject.figures();
    dead.signal('SIGSTOP');
    for (let round = 0; round < 22; round++) {
      await subject.send('dead', 50, 100_000);
      await other.send(`round ${round}`);
      await other.skipTo(`round ${round}`);
    }
    const { counters, errors, rss: after } = await subject.figures();
    expect(counters.refused.too_much_queued).toBe(1);
    expect(errors.join()).toMatch(/do not read/);
    expect(counters.queuedBytesMost).toBeLessThan(21 * MiB);
    expect(after - rss).toBeLessThan(80 * MiB);
    await until(async () => (await subject.figures()).counters.queuedBytes === 0, { what: 'what waited is forgotten' });
    // It comes back when it goes on.
    dead.signal('SIGCONT');
    let isBack = false;
    const back = theirs.skipTo('back').then(() => {
      isBack = true;
    });
    await repeatUntil(
      () => theirs.send('back'),
      () => isBack,
      'it is back',
    );
    await back;
    await other.close();
  });

  test('many who do not read: in all no more waits than may; then who takes nothing is let go, and reading goes on', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits: { ...limits, peerQueueBytes: 200 * MiB } });
    const readers = await Promise.all(
      Array.from({ length: 4 }, async (_, n) => {
        const peer = await shakeHands(subject.endpoint, 'DEALER', identity(`reader ${n}`));
        await peer.say(message('hello'));
        await until(() => peer.heard.includes('hello'), { what: 'it is known' });
        peer.socket.pause();
        return peer;
      }),
    );
    for (let n = 0; n < readers.length; n++) await subject.send(`reader ${n}`, 700, 100_000);
    const other = await (await peerOf('pyzmq')).open('dealer');
    await other.connect(subject.endpoint);
    await until(async () => ((await subject.figures()).counters.refused.stalled ?? 0) > 0, {
      what: 'somebody is let go',
    });
    await other.send('am I served?');
    await other.skipTo('am I served?');
    await until(async () => (await subject.figures()).counters.queuedBytes < 60 * MiB, { what: 'less waits than may' });
    const { counters, errors } = await subject.figures();
    expect(counters.readingPauses).toBeGreaterThan(0);
    expect(errors.join()).toMatch(/not read/);
    for (const peer of readers) peer.leave();
    await other.close();
  });

  test('somebody who sends and does not read the answers is slowed or ended, and does not fill memory', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const { rss } = await subject.figures();
    const flooder = await shakeHands(subject.endpoint, 'DEALER');
    flooder.socket.pause();
    const block = message(Buffer.alloc(MiB, 'x'));
    let isOver = false;
    const flooding = (async () => {
      for (let n = 0; n < 500 && !isOver && !flooder.socket.destroyed; n++) await flooder.say(block);
    })();
    const other = await (await peerOf('pyzmq')).open('dealer');
    await other.connect(subject.endpoint);
    for (let round = 0; round < 20; round++) {
      await other.send(`round ${round}`);
      await other.skipTo(`round ${round}`);
    }
    const { counters, rss: after } = await subject.figures();
    expect(counters.queuedBytesMost).toBeLessThan(80 * MiB);
    expect(after - rss).toBeLessThan(200 * MiB);
    isOver = true;
    flooder.leave();
    await flooding;
    await other.close();
  });

  test('a ROUTER whose owner is slow: those who send are slowed by TCP, and memory stays bounded', async () => {
    const subject = await startOwnSubject({ kind: 'dealer', limits: { ...limits, inboxBytes: 8 * MiB } });
    const { rss } = await subject.figures();
    const peers = await Promise.all(Array.from({ length: 4 }, () => shakeHands(subject.endpoint, 'ROUTER')));
    const block = message(Buffer.alloc(MiB, 'x'));
    await Promise.all(peers.map((peer) => peer.say(Buffer.concat(Array(20).fill(block)))));
    await until(async () => (await subject.figures()).received === 80, { what: 'all have been received' });
    expect((await subject.figures()).rss - rss).toBeLessThan(200 * MiB);
    for (const peer of peers) peer.leave();
  });
});
