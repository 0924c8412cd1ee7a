// Attacks on our own transport in a process of its own, one after the other and all at once, while a good peer is served.

import { reasons } from '@muster/transport/zmtp-codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PeerSocket } from '../peers/peer.ts';
import { connectRaw, listenRaw, shakeHands } from '../raw/raw-peer.ts';
import { command, frame, greeting, hello, message, property, ready } from '../raw/wire.ts';
import type { Subject } from '../subject/subject.ts';
import { startOwnSubject, startSubject } from '../subject/subject.ts';
import { ownTransports, peerOf } from '../table.ts';
import { until } from '../until.ts';
import type { Attack } from './table.ts';
import { attacks, attacksOnPub, harmless, limits } from './table.ts';

const MiB = 2 ** 20;
/** One connection may cost so much while it lasts: its limits, and what the process itself takes. */
const mostWhile = 150 * MiB;
/** And so much when it has gone. */
const mostAfter = 24 * MiB;

const countOf = async (subject: Subject, reason: string): Promise<number> => {
  const { refused } = (await subject.figures()).counters;
  return reason.split('|').reduce((sum, code) => sum + ((refused as Record<string, number>)[code] ?? 0), 0);
};

/** A good peer that asks and is answered, again and again; `slowest` answer in ms. */
async function serve(endpoint: string, kind: 'router' | 'pub') {
  const peer = await (await peerOf('pyzmq')).open(kind === 'router' ? 'dealer' : 'sub');
  if (kind === 'pub') await peer.subscribe('tick');
  await peer.connect(endpoint);
  let rounds = 0;
  return {
    peer,
    async isServed(): Promise<void> {
      const word = `round ${rounds++}`;
      if (kind === 'router') {
        await peer.send(word);
        await peer.skipTo(word);
      } else await peer.receive(2);
    },
  };
}

async function attack(
  subject: Subject,
  good: { isServed(): Promise<void> },
  { name, reason, play }: Attack,
): Promise<void> {
  const before = await countOf(subject, reason);
  const { rss, held } = await subject.figures();
  const peer = await connectRaw(subject.endpoint);
  const playing = play(peer);
  await good.isServed();
  const during = (await subject.figures()).rss - rss;
  await peer.ended();
  await playing;
  await good.isServed();
  await until(async () => (await countOf(subject, reason)) > before, { what: () => `${name} is counted as ${reason}` });
  expect(during, 'memory during the attack').toBeLessThan(mostWhile);
  await until(async () => (await subject.figures()).held - held < mostAfter, { what: 'memory is free again' });
}

describe.each(ownTransports)('%s', () => {
  for (const [kind, table] of [
    ['router', attacks],
    ['pub', attacksOnPub],
  ] as const)
    describe(`a ${kind.toUpperCase()} ends it with its reason, at little cost, and serves others meanwhile:`, () => {
      let subject: Subject;
      let good: { peer: PeerSocket; isServed(): Promise<void> };
      beforeAll(async () => {
        subject = await startSubject({ kind, limits, publishes: kind === 'pub' });
        good = await serve(subject.endpoint, kind);
        await good.isServed();
      });
      afterAll(async () => {
        await good.peer.close();
        await subject.end();
      });
      test.each(table.map((one) => [one.name, one] as const))('%s', (_, one) => attack(subject, good, one));

      test('after all of it: one connection left, and somebody was told of each reason', async () => {
        await until(async () => (await subject.figures()).counters.connectionsOpen === 1, { what: 'one connection' });
        const { errors, handles, counters } = await subject.figures();
        expect(handles).toBeLessThanOrEqual(2);
        const codes = Object.keys(counters.refused) as (keyof typeof reasons)[];
        expect(codes.filter((code) => !errors.some((error) => error.includes(reasons[code])))).toEqual([]);
        // The first of each reason at once, those that follow together every 10 s.
        expect(errors.length, errors.join('\n')).toBeLessThan(6 * codes.length);
        expect(errors.join(' ')).toContain('127.0.0.1');
        // What peers say reaches no log as it came.
        expect(/[^\x20-\x7e\n]/.test(errors.join(' '))).toBe(false);
      });
    });

  test('each reason is told to onError in words, when it is the first', async () => {
    for (const [parts, words] of [
      [Buffer.from('GET / HTTP/1.1\r\n\r\n'), /do not speak ZeroMQ/],
      [greeting({ mechanism: 'CURVE' }), /security mechanism/],
      [hello('PUSH'), /kind of socket/],
      [Buffer.concat([hello(), frame('x', { claimed: 2n ** 63n })]), /frame above the limit/],
    ] as const) {
      const subject = await startOwnSubject({ kind: 'router', limits });
      const peer = await connectRaw(subject.endpoint);
      await peer.say(parts);
      await peer.ended();
      const told = await until(async () => (await subject.figures()).errors[0], { what: 'it is told' });
      expect(told).toMatch(words);
      expect(told).toContain(subject.endpoint.split(':').at(-1));
      await subject.end();
    }
  });

  test.each(harmless.map((one) => [one.name, one] as const))('not an attack: %s', async (_, { parts }) => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const peer = await shakeHands(subject.endpoint, 'DEALER');
    await peer.say(Buffer.concat([...parts, message('still here')]));
    await until(() => peer.isEnded || peer.heard.includes('still here'), { what: 'it is served' });
    expect(peer.isEnded).toBe(false);
    expect((await subject.figures()).counters.refused).toEqual({});
    peer.leave();
  });

  test('what libzmq does not mind either: as-server, a filled greeting, later versions, no identity, lower case', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const filled = greeting();
    filled.fill(0x55, 33);
    const lower = command('READY', property('socket-TYPE', 'DEALER'));
    for (const [first, second] of [
      [greeting({ asServer: 1 }), ready()],
      [filled, ready()],
      [greeting({ minor: 9 }), ready()],
      [greeting({ major: 4, minor: 0 }), ready()],
      [greeting(), lower],
      [greeting(), ready('DEALER', property('Identity', ''), property('X-Unknown', Buffer.alloc(200)))],
    ] as const) {
      const peer = await connectRaw(subject.endpoint);
      await peer.say(first);
      await peer.hears(64);
      await peer.say(Buffer.concat([second, message('served?')]));
      await until(() => peer.isEnded || peer.heard.includes(message('served?')), { what: 'it is served' });
      expect(peer.isEnded).toBe(false);
      peer.leave();
    }
    expect((await subject.figures()).errors).toEqual([]);
  });

  test.each(['FIN', 'RST'])(
    'a good stream that breaks off at every single byte (%s): nothing half is heard, nothing is left',
    async (how) => {
      const subject = await startOwnSubject({ kind: 'router', limits });
      const good = await serve(subject.endpoint, 'router');
      await good.isServed();
      const before = (await subject.figures()).received;
      const stream = Buffer.concat([hello(), message('one', 'two', Buffer.alloc(300)), command('PING', '\0\0x')]);
      for (let at = 0; at < stream.length; at += 25)
        await Promise.all(
          Array.from({ length: Math.min(25, stream.length - at) }, async (_, i) => {
            const peer = await connectRaw(subject.endpoint);
            await peer.say(stream.subarray(0, at + i));
            if (how === 'RST') peer.socket.resetAndDestroy();
            else peer.socket.end();
            await until(() => peer.socket.destroyed || peer.isEnded, { what: 'both have ended', everyMs: 2 });
            peer.leave();
          }),
        );
      await good.isServed();
      await until(async () => (await subject.figures()).handles <= 2, { what: 'no connection is left' });
      const { received, counters } = await subject.figures();
      // Whole are those that broke off within the last command; a reset may overtake them.
      const whole = stream.length - stream.lastIndexOf(command('PING', '\0\0x'));
      if (how === 'FIN') expect(received - before - 1).toBe(whole);
      else expect(received - before - 1).toBeLessThanOrEqual(whole);
      expect(counters.refused).toEqual({});
      await good.peer.close();
    },
  );

  test('the same attacks by servers that our ROUTER connects to: each ended with its reason and not tried again', async () => {
    const theirs = await (await peerOf('pyzmq')).open('dealer');
    const subject = await startOwnSubject({
      kind: 'router',
      limits,
      connectTo: await theirs.bind('tcp://127.0.0.1:*'),
    });
    const isServed = async (): Promise<void> => {
      await theirs.send('served?');
      await theirs.skipTo('served?');
    };
    await isServed();
    const { held } = await subject.figures();
    for (const { name, reason, play } of attacks.filter((one) => one.reason !== 'handshake_too_slow')) {
      await using server = await listenRaw();
      const before = await countOf(subject, reason);
      await subject.connect(server.endpoint);
      const peer = await until(() => server.peers[0], { what: 'it connects', everyMs: 2 });
      const playing = play(peer);
      await until(async () => (await countOf(subject, reason)) > before, { what: `${name} is counted as ${reason}` });
      await peer.ended();
      await playing;
      await isServed();
      if (!reason.includes('too_much_unfinished')) expect(server.peers.length, name).toBe(1);
    }
    const { errors, counters } = await subject.figures();
    expect(errors.length).toBeGreaterThan(30);
    expect(errors.filter((error) => !/ tcp:\/\/127\.0\.0\.1:\d+\b.*: \w/.test(error))).toEqual([]);
    expect(counters.connectionsOpen).toBe(1);
    await until(async () => (await subject.figures()).held - held < mostAfter, { what: 'memory is free again' });
    await theirs.close();
  });

  test('PING is answered by PONG with its context, also before its first message and between frames', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const peer = await shakeHands(subject.endpoint, 'DEALER');
    await peer.say(
      Buffer.concat([
        command('PING', '\0\x0a0123456789abcdef'),
        frame('x', { more: true }),
        command('PING', '\0\0two'),
      ]),
    );
    await until(() => peer.heard.includes(command('PONG', 'two')), { what: 'PONG' });
    expect(peer.heard.includes(command('PONG', '0123456789abcdef'))).toBe(true);
    peer.leave();
  });

  test('huge frames that are claimed and never come cost nothing; many of them are refused', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const good = await serve(subject.endpoint, 'router');
    await good.isServed();
    const { rss } = await subject.figures();
    const claimers = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const peer = await shakeHands(subject.endpoint, 'DEALER');
        await peer.say(frame(Buffer.alloc(1_000), { claimed: limits.frameBytes }));
        return peer;
      }),
    );
    await good.isServed();
    expect((await subject.figures()).rss - rss).toBeLessThan(60 * MiB);
    // Those who do send it, each a little, meet the limit of all together.
    const body = Buffer.alloc(MiB);
    for (let round = 0; round < 3; round++)
      await Promise.all(claimers.map((peer) => (peer.isEnded ? undefined : peer.say(body))));
    await until(async () => (await countOf(subject, 'too_much_unfinished')) > 0, { what: 'the limit of all together' });
    expect((await subject.figures()).rss - rss).toBeLessThan(mostWhile);
    await good.isServed();
    for (const peer of claimers) peer.leave();
    await good.peer.close();
  });

  test('all attacks at once, five times each: the good peer is served, and nothing is left', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const good = await serve(subject.endpoint, 'router');
    await good.isServed();
    const { held } = await subject.figures();
    let isOver = false;
    const all = Array.from({ length: 5 }, () => attacks)
      .flat()
      .map(async ({ play }) => {
        const peer = await connectRaw(subject.endpoint);
        await play(peer);
        await peer.ended();
      });
    const ended = Promise.all(all).finally(() => {
      isOver = true;
    });
    while (!isOver) await good.isServed();
    await ended;
    await until(async () => (await subject.figures()).handles <= 2, { what: 'no connection is left' });
    await until(async () => (await subject.figures()).held - held < mostAfter, { what: 'memory is free again' });
    await good.peer.close();
  });

  test('a flood of connections: above the limit they are refused, told and counted; then there is room again', async () => {
    const subject = await startOwnSubject({
      kind: 'router',
      limits: { ...limits, connections: 50, handshakeMs: 20_000 },
    });
    const good = await serve(subject.endpoint, 'router');
    await good.isServed();
    const flood = await Promise.all(Array.from({ length: 300 }, () => connectRaw(subject.endpoint)));
    await until(() => flood.filter(({ isEnded }) => isEnded).length >= 250, {
      what: 'those above the limit are refused',
    });
    await good.isServed();
    expect(await countOf(subject, 'too_many_connections')).toBeGreaterThanOrEqual(250);
    expect((await subject.figures()).errors.join()).toMatch(/as many connections as may be/);
    for (const peer of flood) peer.leave();
    await until(async () => (await subject.figures()).handles <= 2, { what: 'there is room again' });
    const late = await shakeHands(subject.endpoint, 'DEALER');
    await late.say(message('room'));
    await until(() => late.heard.includes('room'), { what: 'a late peer is served' });
    late.leave();
    await good.peer.close();
  });

  test('3,000 connections that come and go at once leave nothing behind', async () => {
    const subject = await startOwnSubject({ kind: 'router', limits });
    const good = await serve(subject.endpoint, 'router');
    await good.isServed();
    const { held } = await subject.figures();
    for (let round = 0; round < 30; round++) {
      const peers = await Promise.all(Array.from({ length: 100 }, () => connectRaw(subject.endpoint)));
      for (const [n, peer] of peers.entries()) {
        if (n % 3 > 0) void peer.say(n % 3 === 1 ? hello() : greeting().subarray(0, n % 64));
        if (n % 2) peer.socket.resetAndDestroy();
        else peer.leave();
      }
    }
    await good.isServed();
    await until(async () => (await subject.figures()).handles <= 2, { what: 'all are gone' });
    await until(async () => (await subject.figures()).held - held < 8 * MiB, { what: 'memory is free again' });
    await good.peer.close();
  });
});
