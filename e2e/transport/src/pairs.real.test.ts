// Every pair of socket types that libzmq allows with ours, each binding and each connecting.
import type { TransportName } from '@muster/transport';
import { describe, expect, test } from 'vitest';
import type { Meeting } from './meeting.ts';
import { greetSubscriber, meet } from './meeting.ts';
import { isNth, nthMessage, wrongOnes } from './messages.ts';
import type { Inbox } from './ours.ts';
import { echo, inboxOf, repeatUntil } from './ours.ts';
import { peers, schemesOf, transports } from './table.ts';

const count = 400;
const identity = '\x01\xfe\xff engine';

/** What the n-th messages look like behind others that may have come before. */
const numbered = (inbox: Inbox) => inbox.frames().filter(([first]) => first!.length < 5);

const pairs: Record<string, (meeting: Meeting) => Promise<void>> = {
  async 'ROUTER DEALER'(meeting) {
    const { ours, theirs } = await meet(meeting, ['router'], ['dealer', { routing_id: identity }]);
    const heard = echo(ours);
    await theirs.sendRun({ count });
    expect(await theirs.checkRun({ count })).toEqual([]);
    expect([...heard]).toEqual([identity]);
  },
  async 'ROUTER REQ'(meeting) {
    const { ours, theirs } = await meet(meeting, ['router'], ['req']);
    echo(ours);
    for (let n = 0; n < 20; n++) {
      await theirs.send(...nthMessage(n));
      expect(await theirs.checkRun({ first: n, count: 1 })).toEqual([]);
    }
  },
  async 'ROUTER ROUTER'(meeting) {
    const named = ['router', { identity: 'engine' }] as const;
    const { ours, theirs } = await meet(meeting, named, ['router', { routing_id: 'mux', router_mandatory: 1 }]);
    const inbox = inboxOf(ours);
    await repeatUntil(
      () => theirs.send('engine', 'hello from mux').catch(() => {}),
      () => inbox.received.length > 0,
      'the routers know each other',
    );
    await theirs.sendRun({ before: ['engine'], count });
    for (let n = 0; n < count; n++) ours.send('mux', nthMessage(n));
    expect(await theirs.checkRun({ count, behind: 1 })).toEqual([]);
    await repeatUntil(
      () => {},
      () => numbered(inbox).length >= count,
      'the run',
    );
    expect(wrongOnes(numbered(inbox))).toEqual([]);
    expect(new Set(inbox.received.map(({ peer }) => peer))).toEqual(new Set(['mux']));
  },
  async 'DEALER ROUTER'(meeting) {
    const { ours, theirs } = await meet(meeting, ['dealer', { identity }], ['router']);
    const inbox = inboxOf(ours);
    for (let n = 0; n < count; n++) ours.send('', nthMessage(n));
    expect(await theirs.checkRun({ count, behind: 1 })).toEqual([]);
    await theirs.sendRun({ before: [identity], count });
    await inbox.wait(count);
    expect(wrongOnes(inbox.frames())).toEqual([]);
    expect(new Set(inbox.received.map(({ peer }) => peer))).toEqual(new Set(['']));
  },
  async 'DEALER REP'(meeting) {
    const { ours, theirs } = await meet(meeting, ['dealer'], ['rep']);
    await theirs.mode('echo');
    const inbox = inboxOf(ours);
    for (let n = 0; n < count; n++) ours.send('', [new Uint8Array(0), ...nthMessage(n)]);
    await inbox.wait(count);
    expect(inbox.frames().findIndex(([empty, ...rest], n) => empty!.length > 0 || !isNth(rest, n))).toBe(-1);
  },
  async 'DEALER DEALER'(meeting) {
    const { ours, theirs } = await meet(meeting, ['dealer'], ['dealer']);
    const inbox = inboxOf(ours);
    for (let n = 0; n < count; n++) ours.send('', nthMessage(n));
    expect(await theirs.checkRun({ count })).toEqual([]);
    await theirs.sendRun({ count });
    await inbox.wait(count);
    expect(wrongOnes(inbox.frames())).toEqual([]);
  },
  'PUB SUB': (meeting) => publishTo('sub', meeting),
  'PUB XSUB': (meeting) => publishTo('xsub', meeting),
  async 'SUB PUB'(meeting) {
    const { ours, theirs } = await meet(meeting, ['sub'], ['pub']);
    const inbox = inboxOf(ours);
    await repeatUntil(
      () => theirs.send('hello there'),
      () => inbox.received.length > 0,
      'the subscription arrives',
    );
    await theirs.sendRun({ count });
    await repeatUntil(
      () => {},
      () => numbered(inbox).length >= count,
      'the run',
    );
    expect(wrongOnes(numbered(inbox))).toEqual([]);
  },
  async 'SUB XPUB'(meeting) {
    const { ours, theirs } = await meet(meeting, ['sub'], ['xpub']);
    const inbox = inboxOf(ours);
    expect(await theirs.receive()).toEqual([[Buffer.from([1])]]);
    await theirs.sendRun({ count });
    await inbox.wait(count);
    expect(wrongOnes(inbox.frames())).toEqual([]);
  },
};

async function publishTo(kind: 'sub' | 'xsub', meeting: Meeting): Promise<void> {
  const { ours, theirs } = await meet(meeting, ['pub'], [kind]);
  await theirs.subscribe('');
  await greetSubscriber(ours, theirs);
  for (let n = 0; n < count; n++) ours.send('', nthMessage(n));
  expect(await theirs.checkRun({ count })).toEqual([]);
}

const rows = transports.flatMap((transport: TransportName) =>
  Object.keys(peers).flatMap((peer) =>
    schemesOf(transport).flatMap((scheme) =>
      (['we bind', 'they bind'] as const).map((who) => ({ transport, peer, scheme, who })),
    ),
  ),
);
describe.each(rows)('$transport with $peer over $scheme, $who:', (meeting) => {
  test.each(Object.entries(pairs))('%s', (_, play) => play(meeting));
});
