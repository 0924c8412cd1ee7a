import type { Frames } from '@muster/protocol';
import { encodeText, equalBytes } from '@muster/protocol';
import type { Received } from '../port.ts';
import type { Check, Runner } from './kit.ts';
import { bytesFrom, echo, greet, inboxOf, say } from './kit.ts';

const many = 20_000;
/** Around the sizes at which implementations change their ways: empty, small, copied, referenced. */
const sizes = [0, 1, 5, 127, 128, 129, 255, 256, 400, 1_000, 3_000];

/** The n-th of a run of messages: one to four frames, each of its own size, all told from n. */
function nthMessage(n: number): Frames {
  const more = Array.from({ length: n % 4 }, (_, i) => bytesFrom(n + i, sizes[(n + 3 * i) % sizes.length]!));
  return [encodeText(String(n)), ...more];
}
const same = (a: Frames, b: Frames): boolean =>
  a.length === b.length && a.every((frame, i) => equalBytes(frame, b[i]!));

/** Place of the first message that is not the n-th; -1 when all are. */
const firstWrong = (received: readonly Received[]): number =>
  received.findIndex(({ frames }, n) => !same(frames, nthMessage(n)));

export function checkMessages(check: Check, { expect }: Runner): void {
  check('20,000 sent by a DEALER in one turn arrive whole and in order', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    const dealer = kit.connected('dealer', endpoint);
    for (let n = 0; n < many; n++) dealer.send('', nthMessage(n));
    const received = await inbox.wait(many);
    expect(received.length).toBe(many);
    expect(firstWrong(received)).toBe(-1);
    expect(new Set(received.map(({ peer }) => peer)).size).toBe(1);
  });

  check('20,000 sent by a ROUTER in one turn arrive whole and in order', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    echo(router);
    const dealer = kit.connected('dealer', endpoint, { identity: 'reader' });
    await greet(dealer);
    const inbox = inboxOf(dealer);
    for (let n = 0; n < many; n++) router.send('reader', nthMessage(n));
    expect(firstWrong(await inbox.wait(many))).toBe(-1);
  });

  check('frames of many megabytes arrive unchanged, between small ones', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    const dealer = kit.connected('dealer', endpoint);
    const large = [bytesFrom(1, 24_000_000), bytesFrom(2, 8_000_001), bytesFrom(3, 3)];
    say(dealer, 'before');
    dealer.send('', large);
    say(dealer, 'after');
    const [before, message, after] = await inbox.wait(3);
    expect([before!.frames.length, message!.frames.length, after!.frames.length]).toEqual([1, 3, 1]);
    expect(large.every((frame, i) => Buffer.compare(frame, message!.frames[i]!) === 0)).toBe(true);
  });

  check('both sides may send much at once: neither waits for the other', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const atRouter = inboxOf(router);
    const dealer = kit.connected('dealer', endpoint, { identity: 'd' });
    say(dealer, 'hello');
    await atRouter.wait(1);
    const atDealer = inboxOf(dealer);
    const block = bytesFrom(4, 1_000_000);
    for (let n = 0; n < 40; n++) {
      router.send('d', [encodeText(String(n)), block]);
      dealer.send('', [encodeText(String(n)), block]);
    }
    await Promise.all([atDealer.wait(40), atRouter.wait(41)]);
    const numbers = Array.from({ length: 40 }, (_, n) => String(n));
    expect([atDealer.texts(), atRouter.texts()]).toEqual([numbers, ['hello', ...numbers]]);
  });

  check('messages of 500 frames, of empty frames and of views into larger blocks', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    const dealer = kit.connected('dealer', endpoint);
    const block = bytesFrom(9, 5_000);
    const sent: Frames[] = [
      Array.from({ length: 500 }, (_, i) => bytesFrom(i, i)),
      [new Uint8Array(0)],
      [new Uint8Array(0), new Uint8Array(0), encodeText('x'), new Uint8Array(0)],
      [block.subarray(7, 100), block.subarray(1_000, 4_000)],
    ];
    for (const frames of sent) dealer.send('', frames);
    const received = await inbox.wait(sent.length);
    expect(received.map(({ frames }, i) => same(frames, sent[i]!))).toEqual(sent.map(() => true));
  });

  check('a message without frames is dropped', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    echo(router);
    const dealer = kit.connected('dealer', endpoint, { identity: 'a' });
    const inbox = await greet(dealer);
    dealer.send('', []);
    router.send('a', []);
    say(dealer, 'next');
    await inbox.wait(2);
    expect(inbox.texts()).toEqual(['hello', 'next']);
  });

  check('a DEALER with several peers takes them in turn', async (kit) => {
    const servers = await Promise.all([kit.bound('dealer'), kit.bound('dealer')]);
    const inboxes = servers.map(([socket]) => inboxOf(socket));
    const dealer = kit.open('dealer');
    for (const [, endpoint] of servers) dealer.connect(endpoint);
    for (let n = 0; n < 100; n++) say(dealer, String(n));
    await Promise.all(inboxes.map((inbox) => inbox.wait(50)));
    expect(inboxes.map((inbox) => inbox.texts().length)).toEqual([50, 50]);
    for (const inbox of inboxes) expect(inbox.texts()).toEqual(inbox.texts().toSorted((a, b) => +a - +b));
  });

  check('many clients of one ROUTER each get their own answers', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    echo(router);
    const clients = Array.from({ length: 20 }, () => kit.connected('dealer', endpoint));
    const inboxes = clients.map(inboxOf);
    for (let n = 0; n < 50; n++) for (const [i, client] of clients.entries()) say(client, `${i}.${n}`);
    await Promise.all(inboxes.map((inbox) => inbox.wait(50)));
    const expected = clients.map((_, i) => Array.from({ length: 50 }, (_, n) => `${i}.${n}`));
    expect(inboxes.map((inbox) => inbox.texts())).toEqual(expected);
  });
}
