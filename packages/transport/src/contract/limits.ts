import type { Check, Runner } from './kit.ts';
import { echo, greet, inboxOf, say, until } from './kit.ts';

export function checkLimits(check: Check, { expect }: Runner): void {
  check('a frame up to maxFrameBytes passes, a larger one is refused, and other peers notice nothing', async (kit) => {
    const [router, endpoint] = await kit.bound('router', { maxFrameBytes: 10_000 });
    const heard: number[][] = [];
    router.onMessages((batch) => {
      for (const { peer, frames } of batch) {
        heard.push(frames.map((frame) => frame.length));
        router.send(peer, frames);
      }
    });
    const good = kit.connected('dealer', endpoint, { identity: 'good' });
    const inbox = await greet(good, 'hi');
    const bad = kit.connected('dealer', endpoint, { identity: 'bad', lingerMs: 0 });
    bad.send('', [new Uint8Array(10_000), new Uint8Array(10_000)]);
    bad.send('', [new Uint8Array(3), new Uint8Array(10_001)]);
    await until(
      () => {
        say(good, 'hi');
        return heard.some(([first]) => first === 10_000) && inbox.received.length > 10;
      },
      () => 'both are heard',
    );
    // Its connection was closed; it connects anew and is heard again.
    await until(
      () => {
        say(bad, 'sorry');
        return heard.some(([first]) => first === 5);
      },
      () => 'the refused peer comes back',
    );
    expect(heard.flat().filter((size) => size > 10_000)).toEqual([]);
    expect(heard.filter(([first]) => first === 3)).toEqual([]);
    expect(heard.filter(([first]) => first === 10_000)).toEqual([[10_000, 10_000]]);
  });

  check('a side that connected does not try a peer again that went above the limit', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    echo(router);
    const strict = kit.connected('dealer', endpoint, { identity: 'strict', maxFrameBytes: 100 });
    const refused = await greet(strict, 'hi');
    router.send('strict', [new Uint8Array(101)]);
    const other = kit.connected('dealer', endpoint);
    const inbox = await greet(other, 'hi');
    for (let n = 2; n < 30; n++) {
      say(router, 'are you back?', 'strict');
      say(other, 'hi');
      await inbox.wait(n);
    }
    expect(refused.texts()).toEqual(['hi']);
  });

  check('without a limit there is none', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    kit.connected('dealer', endpoint).send('', [new Uint8Array(40_000_000)]);
    expect((await inbox.wait(1))[0]!.frames[0]!.length).toBe(40_000_000);
  });

  check('the limit is for what comes in, not for what is sent', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    kit.connected('dealer', endpoint, { maxFrameBytes: 100 }).send('', [new Uint8Array(5_000)]);
    expect((await inbox.wait(1))[0]!.frames[0]!.length).toBe(5_000);
  });
}
