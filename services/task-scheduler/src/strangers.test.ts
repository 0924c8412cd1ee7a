// Against both transports: how a ROUTER makes up identities is libzmq's affair, and we count on it.
import { createSystemPorts, newId } from '@muster/machine/node';
import type { PeerId } from '@muster/protocol';
import { decodeText, encodeText } from '@muster/protocol';
import { silentLogger } from '@muster/telemetry';
import { loopbackSockets, until } from '@muster/testkit';
import type { Socket } from '@muster/transport';
import { createMemoryTransport, createZeromqTransport } from '@muster/transport';
import { afterEach, describe, expect, test } from 'vitest';
import { createPause } from './pause.ts';
import type { Post } from './post.ts';
import { createPost } from './post.ts';
import { createStrangers, numberOf } from './strangers.ts';

interface TestClient {
  readonly got: string[];
  say(session: string): void;
}
interface Stage {
  readonly post: Post;
  connect(): TestClient;
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
  zeromq: () => createZeromqTransport({ onError }),
};

test('only identities that a ROUTER makes up have numbers', () => {
  expect(numberOf('\0\x80\0\x01\x02' as PeerId)).toBe(0x80000102);
  for (const peer of ['', 'client', '\0abc', '\0abcde']) expect(numberOf(peer)).toBeUndefined();
});

describe.each(Object.entries(transports))('on %s', (_, createTransport) => {
  /** A ROUTER whose clients say which session they are. */
  async function stage(): Promise<Stage> {
    const transport = createTransport();
    cleanUp.push(() => transport.close());
    const sockets = loopbackSockets(transport);
    const router = await sockets.open({ kind: 'router', channel: 'task', side: 'client' });
    const ports = createSystemPorts();
    const pause = createPause(ports);
    const strangers = createStrangers(() => sockets.dial('task', 'client'), newId);
    cleanUp.push(
      () => strangers.stop(),
      async () => pause.end(),
    );
    const post = createPost({ send: router.send, strangers, log: silentLogger, pause });
    router.onMessages((batch) => {
      for (const received of batch)
        if (!strangers.hears(received)) post.saw(decodeText(received.frames[0]!), received.peer);
    });
    await strangers.count();
    return {
      post,
      connect() {
        const socket: Socket = transport.open({ kind: 'dealer' });
        const got: string[] = [];
        socket.onMessages((all) => void got.push(...all.map(({ frames }) => decodeText(frames[0]!))));
        socket.connect(sockets.endpoint('task', 'client'));
        return { got, say: (session) => socket.send('', [encodeText(session)]) };
      },
    };
  }

  test('one who never spoke gets what is for somebody unknown, also when it connects later, and only once', async () => {
    const { post, connect } = await stage();
    const early = connect();
    const speaking = connect();
    speaking.say('another');
    post.deliver('unknown', [encodeText('first')]);
    await until(() => early.got.length === 1, { what: 'the first message' });
    const late = connect();
    await until(() => late.got.length === 1, { what: 'the message for the late one' });
    expect([early.got, late.got]).toEqual([['first'], ['first']]);
    early.say('unknown');
    await until(() => post.kept === 0, { what: 'the client to be known' });
    post.deliver('unknown', [encodeText('second')]);
    await until(() => early.got.length === 2, { what: 'the second message' });
    expect([early.got, late.got, speaking.got]).toEqual([['first', 'second'], ['first'], []]);
  });

  test('one who speaks gets what was kept for it', async () => {
    const { post, connect } = await stage();
    const client = connect();
    post.deliver('session', [encodeText('a')]);
    post.deliver('session', [encodeText('b')]);
    client.say('session');
    await until(() => client.got.length === 2, { what: 'both messages' });
    expect(client.got).toEqual(['a', 'b']);
    expect(post.kept).toBe(0);
  });
});

test('what is kept is limited: the oldest go, and the log says so once', () => {
  const logged: string[] = [];
  const log = { ...silentLogger, warn: (_: object, text: string) => void logged.push(text) };
  const pause = createPause(createSystemPorts());
  const sent: string[] = [];
  const send = (_: PeerId, frames: readonly Uint8Array[]): void => void sent.push(decodeText(frames[0]!));
  const limits = { messages: 3, bytes: 12, sessions: 2 };
  const post = createPost({ send, strangers: undefined, log, pause, limits });
  for (const text of ['1', '2', '3', '4', '5']) post.deliver(`s${text}`, [encodeText(text)]);
  expect(post.kept).toBe(3);
  post.deliver('large', [new Uint8Array(12)]);
  expect(post.kept).toBe(1);
  expect(logged).toHaveLength(1);
  for (const session of ['s1', 's2', 's5']) post.saw(session, session);
  // Only so many sessions are known.
  post.deliver('s1', [encodeText('kept')]);
  post.deliver('s5', [encodeText('sent')]);
  expect(sent).toEqual(['sent']);
  pause.end();
});
