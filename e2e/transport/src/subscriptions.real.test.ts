// Subscriptions: prefixes, everything, many, twice the same, cancelled; said as messages (ZMTP 3.0) and as commands (3.1).

import type { Socket } from '@muster/transport';
import { describe, expect, test } from 'vitest';
import { greetSubscriber, meet } from './meeting.ts';
import { bytesOf } from './messages.ts';
import { inboxOf, say, startOurs } from './ours.ts';
import type { RawPeer } from './raw/raw-peer.ts';
import { connectRaw, listenRaw } from './raw/raw-peer.ts';
import { command, greeting, message, ready } from './raw/wire.ts';
import { peers, schemesOf, transports } from './table.ts';
import { until } from './until.ts';

const rows = transports.flatMap((transport) =>
  Object.keys(peers).flatMap((peer) =>
    schemesOf(transport).flatMap((scheme) =>
      (['we bind', 'they bind'] as const).map((who) => ({ transport, peer, scheme, who })),
    ),
  ),
);
/** Topics that are sent in turn; `end` is wanted by everybody. */
const topics = [
  '',
  'engine.1.stdout',
  'engine.1.stderr',
  'engine.10.stdout',
  'engine.2.stdout',
  'e',
  '\xff\0x',
  'tracktask',
];

function publishAll(ours: Socket): void {
  for (const topic of topics) say(ours, '', topic, 'body');
  say(ours, '', 'end of all');
}

describe.each(rows)('$transport with $peer over $scheme, $who:', (meeting) => {
  const heardWith = async (
    kind: 'sub' | 'xsub',
    change: (of: Parameters<typeof greetSubscriber>[1]) => Promise<void>,
  ) => {
    const { ours, theirs } = await meet(meeting, ['pub'], [kind]);
    await theirs.subscribe('end of ');
    await change(theirs);
    await theirs.subscribe('greeting ');
    // Only the last subscription wants it: when it is heard, all others have arrived.
    await greetSubscriber(ours, theirs, 'greeting ');
    publishAll(ours);
    const heard: string[] = [];
    while (heard.at(-1) !== 'end of all') heard.push(((await theirs.receive())[0]![0] as Buffer).toString('latin1'));
    return heard.slice(0, -1);
  };

  test.each(['sub', 'xsub'] as const)('%s: one prefix, an exact topic, bytes', async (kind) => {
    const heard = await heardWith(kind, async (theirs) => {
      await theirs.subscribe('engine.1.');
      await theirs.subscribe('engine.2.stdout');
      await theirs.subscribe('\xff\0');
    });
    expect(heard).toEqual(['engine.1.stdout', 'engine.1.stderr', 'engine.2.stdout', '\xff\0x']);
  });

  test('everything, and cancelled again', async () => {
    const heard = await heardWith('sub', async (theirs) => {
      await theirs.subscribe('');
      await theirs.subscribe('tracktask');
      await theirs.unsubscribe('');
    });
    expect(heard).toEqual(['tracktask']);
    expect(await heardWith('sub', (theirs) => theirs.subscribe(''))).toEqual(topics);
  });

  test('the same twice is once, and cancelled once it is still there', async () => {
    const heard = await heardWith('sub', async (theirs) => {
      await theirs.subscribe('engine.2');
      await theirs.subscribe('engine.2');
      await theirs.unsubscribe('engine.2');
      await theirs.subscribe('e');
      await theirs.subscribe('engine.10');
      await theirs.unsubscribe('e');
    });
    expect(heard).toEqual(['engine.10.stdout', 'engine.2.stdout']);
  });

  test('2,000 prefixes, of which half are cancelled', async () => {
    const heard = await heardWith('sub', async (theirs) => {
      for (let n = 0; n < 2000; n++) await theirs.subscribe(`prefix ${n}`);
      for (let n = 0; n < 2000; n += 2) await theirs.unsubscribe(`prefix ${n}`);
      await theirs.subscribe('tracktask');
    });
    expect(heard).toEqual(['tracktask']);
  });
});

const forms = {
  '3.0': {
    minor: 0,
    subscribe: (topic: string) => message(`\x01${topic}`),
    cancel: (topic: string) => message(`\0${topic}`),
  },
  '3.1': {
    minor: 1,
    subscribe: (topic: string) => command('SUBSCRIBE', topic),
    cancel: (topic: string) => command('CANCEL', topic),
  },
};
const rawRows = transports.flatMap((transport) => (['3.0', '3.1'] as const).map((form) => ({ transport, form })));
describe.each(rawRows)('$transport and a raw subscriber of ZMTP $form:', ({ transport, form }) => {
  const { minor, subscribe, cancel } = forms[form];

  async function subscriber(endpoint: string): Promise<RawPeer> {
    const peer = await connectRaw(endpoint);
    await peer.say(greeting({ minor }));
    await peer.hears(64);
    await peer.say(ready('SUB'));
    await peer.hears(66);
    return peer;
  }
  const heard = (peer: RawPeer, topic: string): boolean => peer.heard.includes(message(topic));

  test('prefixes are heard, cancelled ones not, all at once in one piece', async () => {
    const { open, errors } = startOurs(transport);
    const publisher = open('pub');
    const peer = await subscriber(await publisher.bind('tcp://127.0.0.1:*'));
    await peer.say(
      Buffer.concat([subscribe('aa'), subscribe('b'), cancel('aa'), subscribe('c'), subscribe('c'), cancel('never')]),
    );
    await until(
      () => {
        for (const topic of ['aab', 'b1', 'c2', 'd']) say(publisher, '', topic);
        return heard(peer, 'b1') && heard(peer, 'c2');
      },
      { what: 'the prefixes are heard', everyMs: 5 },
    );
    expect([heard(peer, 'aab'), heard(peer, 'd')]).toEqual([false, false]);
    await peer.say(cancel('b'));
    await peer.say(subscribe('z'));
    await until(
      () => {
        say(publisher, '', 'z1');
        return heard(peer, 'z1');
      },
      { what: 'a later one is heard', everyMs: 5 },
    );
    const before = peer.heard.length;
    publisher.send('', [bytesOf('b9')]);
    publisher.send('', [bytesOf('z9')]);
    await until(() => heard(peer, 'z9'), { what: 'the last' });
    expect(peer.heard.subarray(before).includes('b9')).toBe(false);
    expect(errors).toEqual([]);
    peer.leave();
  });

  test('our SUB subscribes in the form that the publisher understands', async () => {
    await using server = await listenRaw(greeting({ minor }));
    const { open } = startOurs(transport);
    const ours = open('sub');
    const inbox = inboxOf(ours);
    ours.connect(server.endpoint);
    await until(() => server.peers.length > 0, { what: 'it connects' });
    const peer = server.peers[0]!;
    await peer.hears(64);
    await peer.say(ready('PUB'));
    await until(() => peer.heard.includes(subscribe('')), { what: 'it subscribes to everything' });
    await peer.say(message('news', 'body'));
    await inbox.wait(1);
    expect(inbox.texts()).toEqual(['news']);
  });

  test('what else a subscriber says is ignored', async () => {
    const { open } = startOurs(transport);
    const publisher = open('pub');
    const peer = await subscriber(await publisher.bind('tcp://127.0.0.1:*'));
    await peer.say(Buffer.concat([message('\x02what'), message('\x01a', 'more frames'), message(''), subscribe('ok')]));
    await until(
      () => {
        say(publisher, '', 'ok');
        return heard(peer, 'ok') || peer.isEnded;
      },
      { what: 'it is heard', everyMs: 5 },
    );
    expect(peer.isEnded).toBe(false);
    peer.leave();
  });
});
