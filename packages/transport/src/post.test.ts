// Against both transports: what a ROUTER tells of connections is what all rests on.
import { decodeText, encodeText } from '@muster/protocol';
import { afterEach, describe, expect, test } from 'vitest';
import { createTransport } from './create-transport.ts';
import { createMemoryTransport } from './memory/transport.ts';
import type { Post } from './post.ts';
import { createPost, isConnection } from './post.ts';
import { createZeromqTransport } from './zeromq/transport.ts';

interface TestClient {
  readonly got: string[];
  /** Its next message, which names its session. */
  say(session: string): void;
  next(): Promise<string>;
}

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end();
});

const onError = (error: Error): never => {
  throw error;
};
const transports = {
  memory: () => createMemoryTransport({ onError }),
  zmtp: () => createTransport({ name: 'zmtp', onError }),
  zeromq: () => createZeromqTransport({ onError }),
};

describe.each(Object.entries(transports))('on %s', (_, createTransport) => {
  async function stage(isReturning = true) {
    const transport = createTransport();
    cleanUp.push(() => transport.close());
    const router = transport.open({ kind: 'router', tellsConnections: true });
    const endpoint = await router.bind('tcp://127.0.0.1:0');
    const post: Post = createPost({ send: router.send, isReturning: () => isReturning });
    let heard = (): void => {};
    router.onMessages((batch) => {
      for (const { peer, frames } of batch) {
        if (post.isUnknown(peer) && isConnection(frames)) post.connected(peer);
        else post.identified(peer, decodeText(frames[0]!));
        heard();
      }
    });
    function connect(): TestClient {
      const socket = transport.open({ kind: 'dealer' });
      const got: string[] = [];
      let came = (): void => {};
      socket.onMessages((batch) => {
        got.push(...batch.map(({ frames }) => decodeText(frames[0]!)));
        came();
      });
      socket.connect(endpoint);
      return {
        got,
        say: (session) => socket.send('', [encodeText(session)]),
        next: () => new Promise((resolve) => (came = () => resolve(got.at(-1)!))),
      };
    }
    const nextHeard = (): Promise<void> => new Promise((resolve) => (heard = resolve));
    return { post, connect, nextHeard };
  }

  test('who only waits gets what is for somebody unknown, also when it connects later, and only once', async () => {
    const { post, connect, nextHeard } = await stage();
    const early = connect();
    await nextHeard();
    const first = early.next();
    post.deliver('unknown', [encodeText('first')]);
    expect(await first).toBe('first');
    const late = connect();
    expect(await late.next()).toBe('first');
    const identified = nextHeard();
    early.say('unknown');
    await identified;
    const second = early.next();
    post.deliver('unknown', [encodeText('second')]);
    await second;
    expect([early.got, late.got]).toEqual([['first', 'second'], ['first']]);
  });

  test('who says its session gets what was kept for it; who came too late to be of before, nothing else', async () => {
    const { post, connect, nextHeard } = await stage(false);
    const client = connect();
    await nextHeard();
    post.deliver('session', [encodeText('kept')]);
    post.deliver('another', [encodeText('not for it')]);
    const kept = client.next();
    client.say('session');
    expect(await kept).toBe('kept');
    const known = client.next();
    post.send('\0gone', [encodeText('to a connection of before')], () => 'session');
    expect(await known).toBe('to a connection of before');
    expect(client.got).toHaveLength(2);
  });
});

test('what is kept is limited, the oldest goes first', () => {
  const sent: string[] = [];
  const post = createPost({
    send: (_peer, frames) => void sent.push(decodeText(frames[0]!)),
    isReturning: () => true,
    limits: { parcels: 2, bytes: 10, peers: 2 },
  });
  for (const text of ['a', 'b', 'c']) post.deliver('s', [encodeText(text)]);
  post.deliver('other', [encodeText('123456789')]);
  post.identified('peer', 's');
  expect(sent).toEqual(['c']);
  post.connected('p2');
  post.connected('p3');
  expect(post.isUnknown('peer')).toBe(true);
});
