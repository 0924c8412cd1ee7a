import { curvePublicKey, generateCurvePair } from '../curve-keys.ts';
import type { CurveClient, CurveServer } from '../port.ts';
import type { Check, Runner } from './kit.ts';
import { codeOf, echo, greet, inboxOf, meet, say, until } from './kit.ts';

const serverCurve = (): CurveServer => ({ role: 'server', ...generateCurvePair() });
const clientOf = ({ publicKey }: CurveServer): CurveClient => ({ role: 'client', serverKey: publicKey });

export function checkCurve(check: Check, { expect }: Runner): void {
  check('a client with the key of the server gets through, both ways', async (kit) => {
    const curve = serverCurve();
    const [router, endpoint] = await kit.bound('router', { curve });
    echo(router);
    const dealer = kit.connected('dealer', endpoint, { curve: clientOf(curve) });
    const inbox = await greet(dealer);
    for (let n = 0; n < 1_000; n++) dealer.send('', [Buffer.from(String(n)), new Uint8Array(n)]);
    await inbox.wait(1_001);
    expect(inbox.texts().slice(1)).toEqual(Array.from({ length: 1_000 }, (_, n) => String(n)));
  });

  check('subscribers and publishers too', async (kit) => {
    const curve = serverCurve();
    const [publisher, endpoint] = await kit.bound('pub', { curve });
    await meet(publisher, inboxOf(kit.connected('sub', endpoint, { curve: clientOf(curve) })));
    const [subscriber, endpoint2] = await kit.bound('sub', { curve });
    await meet(kit.connected('pub', endpoint2, { curve: clientOf(curve) }), inboxOf(subscriber));
  });

  check('a wrong key or none is kept out, and others are served meanwhile', async (kit) => {
    const curve = serverCurve();
    const [router, endpoint] = await kit.bound('router', { curve });
    const inbox = inboxOf(router);
    const strangers = [
      kit.connected('dealer', endpoint, { curve: clientOf(serverCurve()), lingerMs: 0 }),
      kit.connected('dealer', endpoint, { lingerMs: 0 }),
      kit.connected('dealer', endpoint, { curve: serverCurve(), lingerMs: 0 }),
    ];
    for (const stranger of strangers) say(stranger, 'let me in');
    for (let n = 1; n <= 10; n++) {
      const friend = kit.connected('dealer', endpoint, { curve: clientOf(curve) });
      say(friend, 'friend');
      await inbox.wait(n);
    }
    await until(
      () => kit.errors.length > 0,
      () => 'onError is told',
    );
    expect(kit.errors[0]!.message).toContain('kept out');
    expect(new Set(inbox.texts())).toEqual(new Set(['friend']));
  });

  check('sockets side by side have keys of their own, and what opens one does not open the other', async (kit) => {
    const doors = await Promise.all(
      [serverCurve(), serverCurve()].map(async (curve) => {
        const [router, endpoint] = await kit.bound('router', { curve });
        const [publisher, feed] = await kit.bound('pub', { curve });
        return { curve, endpoint, feed, publisher, inbox: inboxOf(router) };
      }),
    );
    for (const [own, other] of [doors, doors.toReversed()] as [(typeof doors)[0], (typeof doors)[0]][]) {
      const wrong = { curve: clientOf(other.curve), lingerMs: 0 };
      say(kit.connected('dealer', own.endpoint, wrong), 'stranger');
      const overheard = inboxOf(kit.connected('sub', own.feed, wrong));
      const friend = kit.connected('dealer', own.endpoint, { curve: clientOf(own.curve) });
      for (let n = 1; n <= 5; n++) {
        say(friend, 'friend');
        await own.inbox.wait(n);
      }
      await meet(own.publisher, inboxOf(kit.connected('sub', own.feed, { curve: clientOf(own.curve) })));
      expect(overheard.texts()).toEqual([]);
    }
    for (const { inbox } of doors) expect(new Set(inbox.texts())).toEqual(new Set(['friend']));
  });

  check('a client that wants CURVE does not speak to a server without', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    say(kit.connected('dealer', endpoint, { curve: clientOf(serverCurve()), lingerMs: 0 }), 'secret');
    for (let n = 1; n <= 10; n++) {
      say(kit.connected('dealer', endpoint), 'plain');
      await inbox.wait(n);
    }
    expect(inbox.texts()).not.toContain('secret');
  });

  check('keys that are none, or do not belong together: bad_option', async (kit) => {
    const { publicKey, secretKey } = generateCurvePair();
    const bad: (CurveServer | CurveClient)[] = [
      { role: 'client', serverKey: '' },
      { role: 'client', serverKey: publicKey.slice(1) },
      { role: 'client', serverKey: `"${publicKey.slice(1)}` },
      { role: 'server', publicKey, secretKey: 'x' },
      { role: 'server', publicKey: 'x', secretKey },
      { role: 'server', publicKey: generateCurvePair().publicKey, secretKey },
    ];
    for (const curve of bad) expect(await codeOf(() => kit.open('router', { curve }))).toBe('bad_option');
    expect(await codeOf(() => kit.open('router', { curve: { role: 'server', publicKey, secretKey } }))).toBe('none');
    expect(curvePublicKey(secretKey)).toBe(publicKey);
  });
}
