// Many peers, and what ipyparallel's own peers send.

import { describe, expect, test } from 'vitest';
import { bytesOf, textOf } from './messages.ts';
import { echo, inboxOf, repeatUntil, say, startOurs } from './ours.ts';
import { peerOf, transports } from './table.ts';
import { until } from './until.ts';

const signature = 'a'.repeat(64);
const session = '0b5e3b1e-7c2f-4f0e-9c39-6f1b0c9d0e11_4711';
/** As ipyparallel's clients frame a request: empty topic or target, delimiter, signature, four parts, buffers. */
const request = (n: number): string[] => [
  '<IDS|MSG>',
  signature,
  JSON.stringify({ msg_id: `${session}_${n}`, msg_type: 'apply_request', username: 'me', session, version: '5.3' }),
  '{}',
  JSON.stringify({ after: [], follow: [], timeout: null }),
  '{}',
  `\x80\x05\x95${n}`,
  '',
];

describe.each(transports)('%s:', (transport) => {
  test('a relay as the controller has it: a client, a ROUTER that swaps names, an engine; replies find their way', async () => {
    const { open } = startOurs(transport);
    const [front, back] = [open('router', { identity: 'mux_in' }), open('router', { identity: 'mux_out' })];
    front.onMessages((batch) => {
      for (const { peer, frames } of batch) back.send(textOf(frames[0]), [bytesOf(peer), ...frames.slice(1)]);
    });
    back.onMessages((batch) => {
      for (const { peer, frames } of batch) front.send(textOf(frames[0]), [bytesOf(peer), ...frames.slice(1)]);
    });
    const [atFront, atBack] = [await front.bind('tcp://127.0.0.1:*'), await back.bind('tcp://127.0.0.1:*')];
    const peer = await peerOf('pyzmq');
    // An engine's shell is a ROUTER that connects; it knows us by the name that we announce.
    const uuid = 'c4d1a3f0-9d1c-4a2e-8f62-1f2e3d4c5b6a';
    const engine = await peer.open('router', { routing_id: uuid });
    await engine.connect(atBack);
    await engine.mode('echo');
    const clients = [await peer.open('dealer'), await peer.open('dealer', { routing_id: session })];
    for (const client of clients) await client.connect(atFront);
    // Until the engine is known, requests to it are dropped, as Python's controller does.
    let isKnown = false;
    void clients[0]!.receive(1, 15_000).then(() => {
      isKnown = true;
    });
    await repeatUntil(
      () => clients[0]!.send(uuid, 'are you there?'),
      () => isKnown,
      'the engine is known',
    );
    await clients[0]!.send(uuid, 'start');
    for (let n = 0; n < 200; n++) for (const client of clients) await client.send(uuid, ...request(n));
    for (const client of clients) {
      const replies = client === clients[0] ? await repliesBehindStart(client) : await client.receive(200);
      expect(
        replies.map(([from, ...rest]) => [textOf(from as Buffer), rest.map((frame) => textOf(frame as Buffer))]),
      ).toEqual(Array.from({ length: 200 }, (_, n) => [uuid, request(n)]));
      await client.close();
    }
    await engine.close();
  });

  test('300 engines connect at once, each is told of and answered before it has said anything', async () => {
    const { open } = startOurs(transport);
    const router = open('router', { tellsConnections: true });
    const inbox = inboxOf(router);
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const peer = await peerOf('pyzmq');
    const engines = await Promise.all(
      Array.from({ length: 300 }, (_, n) => peer.open('dealer', { routing_id: `engine ${n}` })),
    );
    await Promise.all(engines.map((engine) => engine.connect(endpoint)));
    await inbox.wait(300);
    for (const { peer: name } of inbox.received) say(router, name, 'welcome', name);
    const told = await Promise.all(engines.map((engine) => engine.receive()));
    expect(told.map(([frames]) => textOf(frames![1] as Buffer)).sort()).toEqual(
      engines.map((_, n) => `engine ${n}`).sort(),
    );
    await Promise.all(engines.map((engine) => engine.close()));
  });

  test('a storm: 100 peers come, say a word, are answered and go, ten times over; nobody is mixed up', async () => {
    const { open, errors } = startOurs(transport);
    const router = open('router');
    echo(router);
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const peer = await peerOf('pyzmq');
    for (let round = 0; round < 5; round++) {
      const crowd = await Promise.all(Array.from({ length: 100 }, () => peer.open('dealer')));
      const words = await Promise.all(
        crowd.map(async (dealer, n) => {
          await dealer.connect(endpoint);
          await dealer.send(`${round}.${n}`);
          const [[answer]] = (await dealer.receive()) as [[Buffer]];
          await dealer.close();
          return answer.toString();
        }),
      );
      expect(words).toEqual(crowd.map((_, n) => `${round}.${n}`));
    }
    expect(errors).toEqual([]);
  });

  test('iopub as it is: 20 engines publish to our SUB, our PUB hands on to Python by topic', async () => {
    const { open } = startOurs(transport);
    const [sub, pub] = [open('sub'), open('pub')];
    sub.onMessages((batch) => {
      for (const { frames } of batch) pub.send('', frames);
    });
    const [inside, outside] = [await sub.bind('tcp://127.0.0.1:*'), await pub.bind('tcp://127.0.0.1:*')];
    const peer = await peerOf('pyzmq');
    const client = await peer.open('sub');
    await client.subscribe('engine.1');
    await client.connect(outside);
    const engines = await Promise.all(Array.from({ length: 20 }, () => peer.open('pub')));
    for (const engine of engines) await engine.connect(inside);
    const heard = new Set<string>();
    await until(
      async () => {
        for (const [n, engine] of engines.entries()) await engine.send(`engine.${n}.stdout`, '<IDS|MSG>', 'text');
        for (const [topic] of await client.receive(1, 50).catch(() => [])) heard.add(textOf(topic as Buffer));
        return heard.size === 11;
      },
      { what: () => `engine.1 and engine.10 to 19; there were ${[...heard].join(' ')}`, timeoutMs: 20_000 },
    );
    expect([...heard].every((topic) => topic.startsWith('engine.1'))).toBe(true);
    for (const engine of engines) await engine.close();
    await client.close();
  });
});

async function repliesBehindStart(client: { receive(count: number): Promise<unknown[][]> }): Promise<unknown[][]> {
  for (;;) {
    const [frames] = await client.receive(1);
    if (textOf(frames![1] as Buffer) === 'start') return client.receive(200);
  }
}
