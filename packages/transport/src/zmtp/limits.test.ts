// What a peer can do to a transport, and what happens: by raw connections that speak as much ZMTP as they want.

import { mkdtemp, rm } from 'node:fs/promises';
import type { Socket as NetSocket } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { greet, inboxOf, say, text, until } from '../contract/kit.ts';
import type { Socket } from '../port.ts';
import type { BreachCode } from './breach.ts';
import { encodeCommand, encodePing } from './codec/commands.ts';
import { encodeGreeting } from './codec/greeting.ts';
import { encodeMetadata } from './codec/metadata.ts';
import type { ZmtpLimits } from './limits.ts';
import type { Heartbeat } from './link.ts';
import { createZmtpTransport } from './transport.ts';

function createBench(limits: Partial<ZmtpLimits> = {}, heartbeat?: Heartbeat) {
  const errors: Error[] = [];
  const onError = (error: Error) => errors.push(error);
  const transport = createZmtpTransport({ onError, limits, ...(heartbeat && { heartbeat }) });
  const others = createZmtpTransport({ onError: () => {} });
  onTestFinished(async () => {
    await Promise.all([transport.close(), others.close()]);
  });
  return {
    transport,
    others,
    errors,
    refused: (code: BreachCode): number => transport.counters.refused[code] ?? 0,
    async bound(kind: 'router' | 'pub' | 'dealer'): Promise<[Socket, string]> {
      const socket = transport.open({ kind, lingerMs: 0 });
      return [socket, await socket.bind('tcp://127.0.0.1:0')];
    },
    /** Of another transport, so that its limits are not these. */
    guest(endpoint: string): Socket {
      const socket = others.open({ kind: 'dealer', lingerMs: 0 });
      socket.connect(endpoint);
      return socket;
    },
  };
}

const hello = (type: string, identity = ''): Buffer =>
  Buffer.concat([
    encodeGreeting(),
    encodeCommand(
      'READY',
      encodeMetadata([
        ['Socket-Type', Buffer.from(type)],
        ['Identity', Buffer.from(identity)],
      ]),
    ),
  ]);

/** A connection by hand; `isClosed` when the other side has ended it. */
async function raw(endpoint: string, ...bytes: Uint8Array[]) {
  const path = endpoint.startsWith('ipc://') ? endpoint.slice('ipc://'.length) : undefined;
  const port = Number(endpoint.split(':').at(-1));
  const socket: NetSocket = connect(path === undefined ? { port, host: '127.0.0.1' } : { path });
  onTestFinished(() => {
    socket.destroy();
  });
  const peer = { socket, isClosed: false, heard: Buffer.alloc(0) };
  socket.on('error', () => {});
  socket.on('close', () => {
    peer.isClosed = true;
  });
  socket.on('data', (chunk: Buffer) => {
    peer.heard = Buffer.concat([peer.heard, chunk]);
  });
  for (const part of bytes) socket.write(part);
  return peer;
}
const closed = (peer: { readonly isClosed: boolean }): Promise<void> =>
  until(
    () => peer.isClosed,
    () => 'the connection is ended',
  );

test('a stranger is refused, counted and told of, and others are served meanwhile', async () => {
  const { bound, guest, refused, errors } = createBench();
  const [router, endpoint] = await bound('router');
  const inbox = inboxOf(router);
  await closed(await raw(endpoint, Buffer.from('GET / HTTP/1.1\r\n\r\n')));
  expect(refused('not_zmtp')).toBe(1);
  expect(errors.map(({ message }) => message)).toEqual([
    `Peers were kept out at port ${endpoint.split(':').at(-1)} (1 times, from 127.0.0.1): they do not speak ZeroMQ (it begins with 474554202f2048545450)`,
  ]);
  for (let n = 0; n < 20; n++) await closed(await raw(endpoint, Buffer.from([1, 2])));
  expect(refused('not_zmtp')).toBe(21);
  expect(errors.length).toBe(1);
  say(guest(endpoint), 'friend');
  expect(text((await inbox.wait(1))[0]!.frames)).toBe('friend');
});

test('garbage behind a good handshake ends that connection; what came whole before it is heard', async () => {
  const { bound, refused } = createBench({ frameBytes: 1_000 });
  const [router, endpoint] = await bound('router');
  const inbox = inboxOf(router);
  await closed(await raw(endpoint, hello('DEALER', 'bad'), Buffer.from([0, 2, 72, 105]), Buffer.from([0xf0, 0, 0, 0])));
  await closed(await raw(endpoint, hello('DEALER', 'large'), Buffer.from([2, 0, 0, 0, 1, 0, 0, 0, 0])));
  await closed(await raw(endpoint, hello('PUB')));
  expect(inbox.received.map(({ peer, frames }) => [peer, text(frames)])).toEqual([['bad', 'Hi']]);
  expect([refused('bad_frame'), refused('frame_too_large'), refused('bad_socket_type')]).toEqual([1, 1, 1]);
});

test('a handshake has its time, and connections have their number', async () => {
  const { bound, refused, guest } = createBench({ handshakeMs: 60, connections: 2 });
  const [router, endpoint] = await bound('router');
  const inbox = inboxOf(router);
  const [first, second] = [await raw(endpoint), await raw(endpoint, encodeGreeting().subarray(0, 20))];
  await until(
    () => first.heard.length === 11 && second.heard.length === 64,
    () => 'both are let in',
  );
  await closed(await raw(endpoint));
  expect(refused('too_many_connections')).toBe(1);
  await Promise.all([closed(first), closed(second)]);
  expect(refused('handshake_too_slow')).toBe(2);
  say(guest(endpoint), 'there is room again');
  await inbox.wait(1);
});

test('who does not read is let go when too much waits for him', async () => {
  const { bound, transport, refused, errors } = createBench({ peerQueueBytes: 2_000_000 });
  const [router, endpoint] = await bound('router');
  const inbox = inboxOf(router);
  const slow = await raw(endpoint, hello('DEALER', 'slow'), Buffer.from([0, 2, 72, 105]));
  await inbox.wait(1);
  slow.socket.pause();
  await until(
    () => {
      for (let n = 0; n < 10; n++) router.send('slow', [new Uint8Array(100_000)]);
      return refused('too_much_queued') === 1;
    },
    () => 'the limit',
  );
  expect(transport.counters.queuedBytes).toBe(0);
  expect(errors[0]!.message).toContain('they do not read');
  slow.socket.resume();
  await closed(slow);
});

test('when too much waits in all, nothing is read until some has left; who takes nothing meanwhile is let go', async () => {
  const { bound, guest, transport, refused } = createBench({ totalQueueBytes: 8_000_000, stalledMs: 150 });
  const [router, endpoint] = await bound('router');
  const heard: string[] = [];
  router.onMessages((batch) => heard.push(...batch.map(({ frames }) => text(frames))));
  const stuck = await raw(endpoint, hello('DEALER', 'stuck'), Buffer.from([0, 2, 72, 105]));
  const friend = guest(endpoint);
  say(friend, 'one');
  await until(
    () => heard.length === 2,
    () => 'both',
  );
  stuck.socket.pause();
  while (transport.counters.readingPauses === 0) router.send('stuck', [new Uint8Array(500_000)]);
  say(friend, 'two');
  await until(
    () => heard.includes('two'),
    () => 'the end of the pause',
  );
  expect(refused('stalled')).toBe(1);
  expect(transport.counters.queuedBytes).toBe(0);
  expect(transport.counters.queuedBytesMost).toBeGreaterThan(8_000_000);
});

test('what waits for a peer that is away stops nobody, and is dropped at its own limit', async () => {
  const { bound, guest, transport, errors } = createBench({ totalQueueBytes: 1_000_000, peerQueueBytes: 5_000_000 });
  const [router, endpoint] = await bound('router');
  const inbox = inboxOf(router);
  const away = transport.open({ kind: 'router', lingerMs: 0 });
  const nobody = await away.bind('tcp://127.0.0.1:0');
  await away.close();
  const dealer = transport.open({ kind: 'dealer', lingerMs: 0 });
  dealer.connect(nobody);
  for (let n = 0; n < 30; n++) dealer.send('', [new Uint8Array(100_000)]);
  expect([transport.counters.readingPauses, errors.length]).toEqual([0, 0]);
  say(guest(endpoint), 'hello');
  await inbox.wait(1);
  for (let n = 0; n < 30; n++) dealer.send('', [new Uint8Array(100_000)]);
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringContaining('what waits for them is above the limit'),
  ]);
});

test('a slow reader that takes something is not let go, and gets everything', async () => {
  const { bound, others, transport, refused } = createBench({ totalQueueBytes: 8_000_000, stalledMs: 1_000 });
  const [router, endpoint] = await bound('router');
  const reader = others.open({ kind: 'dealer', identity: 'reader', lingerMs: 0 });
  reader.connect(endpoint);
  router.onMessages((batch) => {
    for (const { peer, frames } of batch) router.send(peer, frames);
  });
  const inbox = await greet(reader);
  for (let n = 0; n < 60; n++) router.send('reader', [new Uint8Array(500_000)]);
  expect(transport.counters.readingPauses).toBe(1);
  await inbox.wait(61);
  say(reader, 'and it is heard again');
  await inbox.wait(62);
  expect(refused('stalled')).toBe(0);
});

test('drained: those who are there have taken all', async () => {
  const { bound, others, transport } = createBench();
  const [router, endpoint] = await bound('router');
  const atRouter = inboxOf(router);
  const reader = others.open({ kind: 'dealer', identity: 'reader' });
  reader.connect(endpoint);
  say(reader, 'hello');
  await atRouter.wait(1);
  for (let n = 0; n < 30; n++) router.send('reader', [new Uint8Array(1_000_000)]);
  let isDrained = false;
  const draining = router.drained().then(() => {
    isDrained = true;
  });
  await new Promise((done) => setImmediate(done));
  expect(isDrained).toBe(false);
  const inbox = inboxOf(reader);
  await draining;
  expect(transport.counters.queuedBytes).toBe(0);
  await inbox.wait(30);
  router.send('reader', [new Uint8Array(30_000_000)]);
  const cut = router.drained();
  await reader.close();
  await cut;
});

test('messages that have begun and do not end have a limit in all', async () => {
  const { bound, refused } = createBench({ unfinishedBytes: 1_000_000 });
  const [, endpoint] = await bound('router');
  const begun = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 6, 0x1a, 0x80]), Buffer.alloc(400_000)]);
  const patient = [await raw(endpoint, hello('DEALER'), begun), await raw(endpoint, hello('DEALER'), begun)];
  const third = await raw(endpoint, hello('DEALER'), begun);
  await until(
    () => [...patient, third].some(({ isClosed }) => isClosed),
    () => 'one is ended',
  );
  expect(refused('too_much_unfinished')).toBe(1);
});

test('subscriptions have a number, and a publisher goes on', async () => {
  const { bound, others, refused } = createBench({ subscriptions: 3 });
  const [publisher, endpoint] = await bound('pub');
  const topics = [1, 2, 3, 4].map((n) => encodeCommand('SUBSCRIBE', Buffer.from(`topic ${n}`)));
  await closed(await raw(endpoint, hello('SUB'), ...topics));
  expect(refused('too_many_subscriptions')).toBe(1);
  const some = await raw(
    endpoint,
    hello('SUB'),
    topics[1]!,
    encodeCommand('SUBSCRIBE', Buffer.from('x')),
    Buffer.from([0, 2, 0, 120]),
  );
  const subscriber = others.open({ kind: 'sub' });
  subscriber.connect(endpoint);
  const inbox = inboxOf(subscriber);
  const before = some.heard.length;
  await until(
    () => {
      for (const words of ['topic 1', 'topic 2', 'x', 'topic 3']) say(publisher, words);
      return inbox.received.length > 8 && some.heard.includes('topic 2', before);
    },
    () => 'both hear',
  );
  expect(some.heard.includes('topic 1')).toBe(false);
  expect(inbox.texts()).toContain('topic 3');
});

test('pings are answered, and whoever floods with them and does not read is let go', async () => {
  const { transport, refused } = createBench();
  const folder = await mkdtemp(join(tmpdir(), 'zmtp-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // Here the system keeps less on the way than with TCP.
  const endpoint = await transport.open({ kind: 'router', lingerMs: 0 }).bind(`ipc://${join(folder, 'router')}`);
  const ping = encodeCommand('PING', Buffer.from('\0\0 sixteen bytes  '));
  const peer = await raw(endpoint, hello('DEALER'), ping);
  await until(
    () => peer.heard.includes(encodeCommand('PONG', Buffer.from(' sixteen bytes  '))),
    () => 'a PONG',
  );
  peer.socket.pause();
  const flood = Buffer.concat(Array.from({ length: 10_000 }, () => ping));
  await until(
    () => {
      if (peer.socket.writableLength < 1e6) peer.socket.write(flood);
      return refused('too_much_queued') === 1;
    },
    () => 'the limit',
  );
});

test('with a heartbeat, a peer that falls silent is let go, and one that answers stays', async () => {
  const { bound, others, refused } = createBench({}, { intervalMs: 30, timeoutMs: 200 });
  const [router, endpoint] = await bound('router');
  const inbox = inboxOf(router);
  const friend = others.open({ kind: 'dealer' });
  friend.connect(endpoint);
  say(friend, 'hello');
  await inbox.wait(1);
  const silent = await raw(endpoint, hello('DEALER', 'silent'));
  await closed(silent);
  expect(silent.heard.includes('PING')).toBe(true);
  say(friend, 'still here');
  await inbox.wait(2);
  expect(inbox.received[1]!.peer).toBe(inbox.received[0]!.peer);
  expect(refused('silent')).toBe(1);
});

test('a peer that says when it is to be taken for dead, is', async () => {
  const { bound, refused } = createBench();
  const [, endpoint] = await bound('router');
  await closed(await raw(endpoint, hello('DEALER'), encodePing(200)));
  expect(refused('silent')).toBe(1);
});

test('before there is a receiver messages wait, up to a limit, then their senders', async () => {
  const { bound, guest, transport } = createBench({ inboxBytes: 1_000_000 });
  const [router, endpoint] = await bound('router');
  const dealer = guest(endpoint);
  for (let n = 0; n < 300; n++) dealer.send('', [Buffer.from(String(n)), new Uint8Array(100_000)]);
  await until(
    () => transport.counters.bytesIn > 1_000_000,
    () => 'the first',
  );
  for (let turn = 0; turn < 50; turn++) await new Promise((done) => setImmediate(done));
  expect(transport.counters.bytesIn).toBeLessThan(25_000_000);
  const inbox = inboxOf(router);
  await inbox.wait(300);
  expect(inbox.texts()).toEqual(Array.from({ length: 300 }, (_, n) => String(n)));
});

test('a peer whose identity is in use waits, and is heard when the first has gone', async () => {
  const { bound, errors } = createBench();
  const [router, endpoint] = await bound('router');
  const inbox = inboxOf(router);
  const said = (words: string) => Buffer.concat([Buffer.from([0, words.length]), Buffer.from(words)]);
  const first = await raw(endpoint, hello('DEALER', 'twin'), said('first'));
  await inbox.wait(1);
  const second = await raw(endpoint, hello('DEALER', 'twin'), said('too early'));
  await until(
    () => errors.length === 1,
    () => 'it is told',
  );
  expect(errors[0]!.message).toContain(
    `at port ${endpoint.split(':').at(-1)} (1 times, from 127.0.0.1): their identity`,
  );
  first.socket.destroy();
  await until(
    () => {
      second.socket.write(said('second'));
      return inbox.texts().includes('second');
    },
    () => 'the second is heard',
  );
  expect(inbox.texts()).not.toContain('too early');
});
