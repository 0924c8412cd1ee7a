import { fromPeerId } from '@muster/protocol';
import type { Socket } from '../port.ts';
import type { Check, Inbox, Kit, Runner } from './kit.ts';
import { codeOf, echo, greet, inboxOf, say } from './kit.ts';

/** Every byte but 0 (bytes 1 to 255). */
const everyByte = String.fromCharCode(...Array.from({ length: 255 }, (_, i) => i + 1));

export function checkIdentities(check: Check, { expect }: Runner): void {
  check('an identity arrives byte for byte, and answers find it', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    for (const identity of ['x', 'c4d1a3f0-uuid', everyByte]) {
      const dealer = kit.connected('dealer', endpoint, { identity });
      const answers = inboxOf(dealer);
      const before = inbox.received.length;
      say(dealer, 'hello');
      const received = await inbox.wait(before + 1);
      expect(received[before]!.peer).toBe(identity);
      say(router, 'for you', identity);
      await answers.wait(1);
      expect(answers.texts()).toEqual(['for you']);
    }
  });

  check('peers without one get 5 bytes, the first 0, each its own', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    const dealers = Array.from({ length: 5 }, () => kit.connected('dealer', endpoint));
    for (const dealer of dealers) say(dealer, 'hello');
    const peers = (await inbox.wait(5)).map(({ peer }) => peer);
    expect(new Set(peers).size).toBe(5);
    for (const peer of peers) {
      expect(peer.length).toBe(5);
      expect(fromPeerId(peer)[0]).toBe(0);
    }
  });

  check('a ROUTER that wants to know is told of each peer, and can answer before it is asked', async (kit) => {
    const [router, endpoint] = await kit.bound('router', { tellsConnections: true });
    const inbox = inboxOf(router);
    const silent = inboxOf(kit.connected('dealer', endpoint));
    const [told] = await inbox.wait(1);
    expect(told!.frames.map(({ length }) => length)).toEqual([0]);
    say(router, 'welcome', told!.peer);
    await silent.wait(1);
    expect(silent.texts()).toEqual(['welcome']);
    say(kit.connected('dealer', endpoint, { identity: 'named' }), 'hello');
    const received = await inbox.wait(3);
    expect(received.slice(1).map(({ peer, frames }) => [peer, frames[0]!.length])).toEqual([
      ['named', 0],
      ['named', 5],
    ]);
  });

  check('only a ROUTER names the peer', async (kit) => {
    const [router, endpoint] = await kit.bound('router', { identity: 'server' });
    echo(router);
    const inbox = await greet(kit.connected('dealer', endpoint));
    expect(inbox.received[0]!.peer).toBe('');
  });

  check('one ROUTER connected to three tells them apart by their identities', async (kit) => {
    const names = ['mux_out', 'task_out', 'sub_scheduler_00'];
    const engine = kit.open('router', { identity: 'engine' });
    echo(engine);
    for (const identity of names) {
      const [server, endpoint] = await kit.bound('router', { identity });
      const inbox = inboxOf(server);
      engine.connect(endpoint);
      // A ROUTER knows a peer only when that has said its name: until then messages are dropped.
      const timer = setInterval(() => say(server, identity, 'engine'), 5);
      const received = await inbox.wait(1).finally(() => clearInterval(timer));
      expect(received[0]!.peer).toBe('engine');
      expect(inbox.texts()[0]).toBe(identity);
    }
  });

  check('what is for an unknown peer is dropped, and the rest goes on', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    echo(router);
    const dealer = kit.connected('dealer', endpoint, { identity: 'known' });
    const inbox = await greet(dealer);
    for (let n = 0; n < 1_000; n++) {
      say(router, 'lost', `nobody-${n}`);
      say(router, 'lost', '\0\x01\x02\x03\x04');
      say(router, String(n), 'known');
    }
    await inbox.wait(1_001);
    expect(inbox.texts().slice(1)).toEqual(Array.from({ length: 1_000 }, (_, n) => String(n)));
    expect(kit.errors).toEqual([]);
  });

  check('a second peer with the same identity is not heard while the first is there', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    const inbox = inboxOf(router);
    const first = kit.connected('dealer', endpoint, { identity: 'twin' });
    say(first, 'first');
    await inbox.wait(1);
    const second = kit.connected('dealer', endpoint, { identity: 'twin' });
    const answers = inboxOf(second);
    say(second, 'second');
    const other = kit.connected('dealer', endpoint, { identity: 'other' });
    for (let n = 0; n < 20; n++) {
      say(other, 'other');
      say(first, 'first again');
      await inbox.wait(3 + 2 * n);
    }
    say(router, 'answer', 'twin');
    const known = inboxOf(first);
    await known.wait(1);
    expect(inbox.texts()).not.toContain('second');
    expect(answers.received).toEqual([]);
  });

  check('a peer that comes back under its identity is heard and answered again', async (kit) => {
    const [router, endpoint] = await kit.bound('router');
    echo(router);
    for (let round = 0; round < 5; round++) {
      // What a new connection says before the end of the old one is known is not heard, and libzmq may stay deaf to
      // that connection for good: it is told of new messages only once it has read all the old ones. So knock anew.
      const [dealer, inbox] = await knock(kit, endpoint, `round ${round}`);
      expect(new Set(inbox.texts())).toEqual(new Set([`round ${round}`]));
      await dealer.close();
      say(router, 'to nobody', 'engine');
    }
  });

  check('identities that cannot be announced are refused', async (kit) => {
    for (const identity of ['', '\0abc', 'x'.repeat(256), 'snow \u2603'])
      expect(await codeOf(() => kit.open('dealer', { identity }))).toBe('bad_option');
  });
}

/** Connects under one identity until an echo answers; gives the socket that was answered. */
async function knock(kit: Kit, endpoint: string, words: string): Promise<[Socket, Inbox]> {
  for (let tries = 0; tries < 10; tries++) {
    const dealer = kit.connected('dealer', endpoint, { identity: 'engine' });
    const inbox = inboxOf(dealer);
    for (let polls = 0; polls < 200; polls++) {
      say(dealer, words);
      await new Promise((done) => setTimeout(done, 5));
      if (inbox.received.length > 0) return [dealer, inbox];
    }
    await dealer.close();
  }
  throw new Error(`Not within ten connections: an answer in ${words}`);
}
