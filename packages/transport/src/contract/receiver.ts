import type { Check, Runner } from './kit.ts';
import { echo, greet, inboxOf, say, text, until } from './kit.ts';

export function checkReceiver(check: Check, { expect }: Runner): void {
  check('a reader that is slow or late loses nothing', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const writer = kit.connected('dealer', endpoint);
    const quick = kit.connected('dealer', endpoint);
    for (let n = 0; n < 6_000; n++) writer.send('', [Buffer.from(String(n)), new Uint8Array(200)]);
    await writer.drained();
    await writer.close();
    say(quick, 'last');
    const heard: string[] = [];
    router.onMessages((batch) => {
      heard.push(...batch.map(({ frames }) => text(frames)));
      const until = performance.now() + 1;
      while (performance.now() < until);
    });
    await until(
      () => heard.length === 6_001,
      () => `6001 messages; ${heard.length} came`,
    );
    expect(heard.filter((words) => words !== 'last')).toEqual(Array.from({ length: 6_000 }, (_, n) => String(n)));
  });

  check('it gets batches of 1 to 256, never while send or connect run', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    let calling = false;
    const sizes: number[] = [];
    const during: boolean[] = [];
    router.onMessages((batch) => {
      sizes.push(batch.length);
      during.push(calling);
    });
    calling = true;
    const dealer = kit.connected('dealer', endpoint);
    for (let n = 0; n < 2_000; n++) say(dealer, 'x');
    calling = false;
    const sum = (): number => sizes.reduce((all, size) => all + size, 0);
    await until(
      () => sum() === 2_000,
      () => `2000 messages; ${sum()} came`,
    );
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256);
    expect(during).not.toContain(true);
  });

  check('an exception is told to onError, and reading goes on', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const heard: string[] = [];
    router.onMessages((batch) => {
      for (const { peer, frames } of batch) {
        heard.push(text(frames));
        router.send(peer, frames);
      }
      throw new Error('the receiver broke');
    });
    const dealer = kit.connected('dealer', endpoint);
    const inbox = await greet(dealer, 'one');
    for (const words of ['two', 'three']) {
      say(dealer, words);
      await inbox.wait(heard.length + 1);
    }
    expect(heard).toEqual(['one', 'two', 'three']);
    expect(kit.errors.map(({ message }) => message)).toEqual(Array(3).fill('the receiver broke'));
  });

  check('a second receiver replaces the first', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    echo(router);
    const dealer = kit.connected('dealer', endpoint);
    const first = await greet(dealer);
    const second = inboxOf(dealer);
    say(dealer, 'again');
    await second.wait(1);
    expect([first.texts(), second.texts()]).toEqual([['hello'], ['again']]);
  });
}
