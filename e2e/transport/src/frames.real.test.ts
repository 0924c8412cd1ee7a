// Messages of every size and form, both ways, in order.
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { meet } from './meeting.ts';
import { bytesOf, nthMessage, patterned, textOf, wrongOnes } from './messages.ts';
import { echo, inboxOf, say, startOurs } from './ours.ts';
import { startProxy } from './raw/proxy.ts';
import { peerOf, peers, schemesOf, transports } from './table.ts';

/** Around every size at which encodings or implementations change their ways. */
const sizes = [
  0, 1, 2, 29, 30, 33, 34, 127, 128, 129, 254, 255, 256, 257, 1023, 8191, 8192, 8193, 16_384, 65_535, 65_536, 65_537,
  131_072, 1_000_000,
];
const large = 64 * 1024 * 1024;

const rows = transports.flatMap((transport) =>
  Object.keys(peers).flatMap((peer) =>
    schemesOf(transport).map((scheme) => ({ transport, peer, scheme, who: 'we bind' as const })),
  ),
);
describe.each(rows)('$transport with $peer over $scheme:', (meeting) => {
  test('frames of every size, alone and beside others, whole and unchanged', async () => {
    const { ours, theirs } = await meet(meeting, ['dealer'], ['dealer']);
    const inbox = inboxOf(ours);
    await theirs.mode('echo');
    for (const size of sizes) {
      ours.send('', [patterned(size, size)]);
      ours.send('', [patterned(1, size), new Uint8Array(0), patterned(2, size), bytesOf('end')]);
    }
    await inbox.wait(2 * sizes.length);
    const right = sizes.flatMap((size) => [
      [patterned(size, size)],
      [patterned(1, size), Buffer.alloc(0), patterned(2, size), Buffer.from('end')],
    ]);
    const wrong = inbox
      .frames()
      .flatMap((frames, i) => (Buffer.compare(Buffer.concat(frames), Buffer.concat(right[i]!)) ? [i] : []));
    expect(wrong).toEqual([]);
    expect(inbox.frames().map((frames) => frames.map(({ length }) => length))).toEqual(
      right.map((frames) => frames.map(({ length }) => length)),
    );
  });

  test('empty frames first, last, alone, and 1,000 in one message', async () => {
    const { ours, theirs } = await meet(meeting, ['dealer'], ['dealer']);
    const inbox = inboxOf(ours);
    await theirs.mode('echo');
    const forms = [
      [''],
      ['', ''],
      ['', 'a', ''],
      ['a', '', '', 'b'],
      Array.from({ length: 1000 }, (_, i) => (i % 3 ? '' : String(i))),
    ];
    for (const form of forms) say(ours, '', ...form);
    await inbox.wait(forms.length);
    expect(inbox.frames().map((frames) => frames.map(textOf))).toEqual(forms);
  });

  test('64 MB both ways, small ones before and behind', async () => {
    const { ours, theirs } = await meet(meeting, ['dealer'], ['dealer']);
    const inbox = inboxOf(ours);
    say(ours, '', 'before');
    const sent = patterned(3, large);
    ours.send('', [bytesOf('large'), sent, bytesOf('end')]);
    say(ours, '', 'behind');
    const [before, [, body, end], behind] = (await theirs.receive(3, 20_000)) as [unknown, unknown[], unknown];
    expect([before, body, end, behind]).toEqual([
      [Buffer.from('before')],
      { size: large, crc: crc32(sent) },
      Buffer.from('end'),
      [Buffer.from('behind')],
    ]);
    await theirs.send('before');
    await theirs.send('large', { seed: 3, size: large }, 'end');
    await theirs.send('behind');
    await inbox.wait(3);
    expect(inbox.texts()).toEqual(['before', 'large', 'behind']);
    expect(crc32(inbox.received[1]!.frames[1]!)).toBe(crc32(sent));
  });

  test('10,000 small ones each way at the same time, in order', async () => {
    const count = 10_000;
    const { ours, theirs } = await meet(meeting, ['dealer'], ['dealer']);
    const inbox = inboxOf(ours);
    const running = theirs.sendRun({ count });
    for (let n = 0; n < count; n++) ours.send('', nthMessage(n));
    await running;
    expect(await theirs.checkRun({ count })).toEqual([]);
    await inbox.wait(count);
    expect(wrongOnes(inbox.frames())).toEqual([]);
  });
});

describe.each(transports)('%s:', (transport) => {
  test.each([1, 7, 1460])('what comes in pieces of %i bytes is put together', async (chunkBytes) => {
    const { open } = startOurs(transport);
    const router = open('router');
    const heard = echo(router);
    await using proxy = await startProxy(await router.bind('tcp://127.0.0.1:*'), chunkBytes);
    const theirs = await (await peerOf('pyzmq')).open('dealer', { routing_id: 'pieces' });
    await theirs.connect(proxy.endpoint);
    // One byte at a time makes 100 kB slow: the run has one such message.
    await theirs.sendRun({ count: 60, first: 1 });
    expect(await theirs.checkRun({ count: 60, first: 1 })).toEqual([]);
    expect([...heard]).toEqual(['pieces']);
    await theirs.close();
  });

  test('many peers at once each get their own answers', async () => {
    const { open } = startOurs(transport);
    const router = open('router');
    const heard = echo(router);
    const endpoint = await router.bind('tcp://127.0.0.1:*');
    const peer = await peerOf('pyzmq');
    const dealers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => peer.open('dealer', { routing_id: `engine ${n}` })),
    );
    await Promise.all(dealers.map((dealer) => dealer.connect(endpoint)));
    await Promise.all(dealers.map((dealer, n) => dealer.sendRun({ first: 1000 * n, count: 20 })));
    const wrong = await Promise.all(dealers.map((dealer, n) => dealer.checkRun({ first: 1000 * n, count: 20 })));
    expect(wrong.flat()).toEqual([]);
    expect(heard.size).toBe(200);
    await Promise.all(dealers.map((dealer) => dealer.close()));
  });
});
