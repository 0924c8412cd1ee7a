import type { Check, Runner } from './kit.ts';
import { bytesFrom, codeOf, echo, greet, inboxOf, meet, say, until } from './kit.ts';

export function checkClosing(check: Check, { expect }: Runner): void {
  check('close delivers what was sent, by every kind that sends', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const atRouter = inboxOf(router);
    const dealer = kit.connected('dealer', endpoint, { lingerMs: 5_000, identity: 'd' });
    const atDealer = inboxOf(dealer);
    for (let n = 0; n < 50; n++) dealer.send('', [bytesFrom(n, 200_000)]);
    await dealer.close();
    await atRouter.wait(50);

    const reader = inboxOf(kit.connected('dealer', endpoint, { identity: 'reader' }));
    const [publisher, endpoint2] = await kit.bound('pub', { lingerMs: 5_000 });
    const subscriber = inboxOf(kit.connected('sub', endpoint2));
    await meet(publisher, subscriber);
    const before = subscriber.received.length;
    for (let n = 0; n < 50; n++) publisher.send('', [bytesFrom(n, 200_000)]);
    await publisher.close();
    await until(
      () => subscriber.received.filter(({ frames }) => frames[0]!.length === 200_000).length === 50,
      () => `50 publications behind ${before}`,
    );
    expect([atDealer.received, reader.received]).toEqual([[], []]);
  });

  check('a ROUTER that closes delivers its last answers', async (kit) => {
    const [router, endpoint] = await kit.bound('router', { lingerMs: 5_000 });
    echo(router);
    const dealer = kit.connected('dealer', endpoint, { identity: 'd' });
    const inbox = await greet(dealer);
    for (let n = 0; n < 50; n++) router.send('d', [bytesFrom(n, 200_000)]);
    await router.close();
    await inbox.wait(51);
  });

  check('close takes no longer than the linger when the peer never comes', async (kit) => {
    const [placeholder, endpoint] = await kit.bound('router');
    await placeholder.close();
    for (const connected of [true, false]) {
      const dealer = kit.open('dealer', { lingerMs: 50 });
      if (connected) dealer.connect(endpoint);
      say(dealer, 'for nobody');
      const started = performance.now();
      await dealer.close();
      expect(performance.now() - started).toBeLessThan(2_000);
    }
  });

  check('the port is free again when close has resolved', async (kit) => {
    const [first, endpoint] = await kit.bound('router');
    let server = first;
    for (let round = 0; round < 10; round++) {
      echo(server);
      await greet(kit.connected('dealer', endpoint));
      await server.close();
      server = kit.open('router');
      expect(await server.bind(endpoint)).toBe(endpoint);
    }
  });

  check('later calls have no effect, and a second close is the first', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    const dealer = kit.connected('dealer', endpoint);
    const closing = dealer.close();
    expect(dealer.close()).toBe(closing);
    for (const late of [() => say(dealer, 'late'), () => dealer.connect(endpoint), () => dealer.disconnect(endpoint)])
      expect(await codeOf(late)).toBe('none');
    await closing;
    say(dealer, 'later');
    expect(await codeOf(() => dealer.onMessages(() => {}))).toBe('none');
    await dealer.drained();
    const other = kit.connected('dealer', endpoint);
    say(other, 'other');
    await inbox.wait(1);
    expect(inbox.texts()).toEqual(['other']);
    await expect(dealer.bind('tcp://127.0.0.1:0')).rejects.toThrow('closed');
  });

  check('the receiver of a closed socket is not called any more', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const dealer = kit.connected('dealer', endpoint);
    let closed = false;
    const late: boolean[] = [];
    router.onMessages(() => {
      late.push(closed);
      closed = true;
      void router.close();
    });
    for (let n = 0; n < 2_000; n++) say(dealer, 'x');
    await until(
      () => closed,
      () => 'the first batch',
    );
    await router.close();
    expect(late).toEqual([false]);
  });

  check('close of the transport closes all sockets', async (kit) => {
    const [, endpoint] = await kit.bound('router');
    const sockets = (['dealer', 'sub', 'pub', 'router'] as const).map((kind) => kit.connected(kind, endpoint));
    await kit.transport.close();
    for (const socket of sockets) await expect(socket.bind('tcp://127.0.0.1:0')).rejects.toThrow('closed');
    await kit.transport.close();
  });
}
