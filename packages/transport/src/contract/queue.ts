import { encodeText } from '@muster/protocol';
import type { Check, Runner } from './kit.ts';
import { inboxOf, say, until } from './kit.ts';

const none = { messages: 0, bytes: 0 };

export function checkQueue(check: Check, { expect }: Runner): void {
  check('what a DEALER without a peer sends is counted and waits', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    const dealer = kit.open('dealer');
    for (let n = 0; n < 3_000; n++) dealer.send('', [encodeText(String(n).padStart(4, '0')), new Uint8Array(6)]);
    expect(dealer.queued).toEqual({ messages: 3_000, bytes: 30_000 });
    let drained = false;
    const draining = dealer.drained().then(() => {
      drained = true;
    });
    await new Promise((done) => setImmediate(done));
    expect(drained).toBe(false);
    dealer.connect(endpoint);
    say(dealer, 'last');
    await draining;
    await dealer.drained();
    expect(dealer.queued).toEqual(none);
    await inbox.wait(3_001);
    const sorted = Array.from({ length: 3_000 }, (_, n) => String(n).padStart(4, '0'));
    expect(inbox.texts()).toEqual([...sorted, 'last']);
  });

  check('a bound DEALER keeps what it sends for the first that connects', async (kit) => {
    const [server, endpoint] = await kit.bound('dealer');
    for (let n = 0; n < 100; n++) say(server, String(n));
    expect(server.queued.messages).toBe(100);
    const inbox = inboxOf(kit.connected('dealer', endpoint));
    let sent = 100;
    // What is sent while the peer arrives stays behind what has waited.
    await until(
      () => {
        say(server, String(sent++));
        return inbox.received.length > 200;
      },
      () => 'the messages',
    );
    await server.drained();
    await inbox.wait(sent);
    expect(inbox.texts()).toEqual(Array.from({ length: sent }, (_, n) => String(n)));
  });

  check('drained resolves at once when nothing waits', async (kit) => {
    const [router] = await kit.bound('router');
    say(router, 'dropped', 'nobody');
    await router.drained();
    expect(router.queued).toEqual(none);
  });

  check('close releases those who wait for drained', async (kit) => {
    const dealer = kit.open('dealer', { lingerMs: 20 });
    say(dealer, 'for nobody');
    const draining = dealer.drained();
    await dealer.close();
    await draining;
    expect(dealer.queued).toEqual(none);
  });
}
