import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Breach } from '../breach.ts';
import { defaultLimits } from '../limits.ts';
import { encodeCommand, encodePing, parsePing } from './commands.ts';
import { encodeGreeting } from './greeting.ts';
import { encodeMetadata, parseMetadata } from './metadata.ts';
import type { Hello, PeerHello } from './session.ts';
import { createSession } from './session.ts';

const router: Hello = { socketType: 'ROUTER', identity: 'r', partners: ['DEALER', 'ROUTER'] };
const dealer: Hello = { socketType: 'DEALER', identity: '\x01\xff', partners: ['ROUTER'] };

function side(hello: Hello) {
  const sent: Buffer[] = [];
  const heard: unknown[] = [];
  const peers: PeerHello[] = [];
  const session = createSession(hello, defaultLimits(), {
    send: (bytes) => sent.push(Buffer.from(bytes)),
    ready: (peer) => peers.push(peer),
    message: (frames) => heard.push(frames.map(String)),
    command: ({ name }) => heard.push(name),
    pinged: (ttlMs) => heard.push(ttlMs),
  });
  return { session, sent, heard, peers };
}
/** What goes wrong with the bytes behind a good greeting, or with those given. */
function breachOf(bytes: Uint8Array, isGreeting = false): string | undefined {
  const { session } = side(router);
  try {
    if (!isGreeting) session.push(encodeGreeting());
    session.push(Buffer.from(bytes));
    return undefined;
  } catch (error) {
    if (error instanceof Breach) return error.code;
    throw error;
  }
}
const ready = (properties: [string, string][]): Buffer =>
  encodeCommand('READY', encodeMetadata(properties.map(([name, value]) => [name, Buffer.from(value, 'latin1')])));

test('two sides meet whatever the cut, and know each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), (piece) => {
      const [a, b] = [side(router), side(dealer)];
      a.session.start();
      b.session.start();
      for (let moved = true; moved; ) {
        moved = false;
        for (const [from, to] of [
          [a, b],
          [b, a],
        ] as const)
          for (const bytes of from.sent.splice(0)) {
            moved = true;
            for (let at = 0; at < bytes.length; at += piece) to.session.push(bytes.subarray(at, at + piece));
          }
      }
      expect(a.peers).toEqual([{ socketType: 'DEALER', identity: '\x01\xff', minorVersion: 1 }]);
      expect(b.peers).toEqual([{ socketType: 'ROUTER', identity: 'r', minorVersion: 1 }]);
    }),
  );
});

test('a PING is answered by its context, and its time is told', () => {
  const { session, sent, heard } = side(router);
  session.push(Buffer.concat([encodeGreeting(), ready([['Socket-Type', 'DEALER']])]));
  sent.length = 0;
  session.push(encodeCommand('PING', Buffer.from([0, 50, 65, 66])));
  expect(sent).toEqual([encodeCommand('PONG', Buffer.from('AB'))]);
  expect(heard).toEqual([5_000]);
  expect(parsePing(encodePing(1_234).subarray(7)).ttlMs).toBe(1_300);
});

const greeting = (change: (bytes: Buffer) => void): Buffer => {
  const bytes = encodeGreeting();
  change(bytes);
  return bytes;
};
test.each([
  ['not_zmtp', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['not_zmtp', Buffer.from([0])],
  ['not_zmtp', greeting((bytes) => bytes.writeUInt8(0, 9))],
  ['old_protocol', greeting((bytes) => bytes.writeUInt8(1, 10))],
  ['other_mechanism', greeting((bytes) => bytes.write('CURVE', 12))],
  ['other_mechanism', greeting((bytes) => bytes.write('\xff\xfe', 12, 'latin1'))],
] as const)('a greeting that is %s', (code, bytes) => {
  expect(breachOf(bytes, true)).toBe(code);
});

test('of a major version that is not known yet, the greeting is taken', () => {
  const newer = greeting((bytes) => bytes.writeUInt8(4, 10));
  expect(breachOf(newer, true)).toBe(undefined);
});

test.each([
  ['out_of_order', Buffer.from([0, 1, 65])],
  ['out_of_order', encodePing(1)],
  ['refused_us', encodeCommand('ERROR', Buffer.from('\x03300', 'latin1'))],
  ['bad_command', encodeCommand('ERROR', Buffer.from([9, 65]))],
  ['bad_command', Buffer.from([4, 0])],
  ['bad_command', Buffer.from([4, 1, 0])],
  ['bad_command', Buffer.from([4, 2, 5, 65])],
  ['bad_command', Buffer.from([4, 3, 2, 10, 10])],
  ['bad_metadata', encodeCommand('READY', Buffer.from([3, 65]))],
  ['bad_metadata', encodeCommand('READY', Buffer.from([1, 65, 255, 255, 255, 255]))],
  ['bad_metadata', encodeCommand('READY', Buffer.from([0, 0, 0, 0, 0]))],
  [
    'bad_metadata',
    ready([
      ['Socket-Type', 'DEALER'],
      ['socket-type', 'DEALER'],
    ]),
  ],
  ['bad_metadata', ready(Array.from({ length: 65 }, (_, n) => [`X-${n}`, '']))],
  ['bad_socket_type', ready([['Socket-Type', 'PUB']])],
  ['bad_socket_type', ready([['Socket-Type', '\x1b[31mDEALER']])],
  ['bad_socket_type', ready([])],
  [
    'bad_identity',
    ready([
      ['Socket-Type', 'DEALER'],
      ['Identity', 'x'.repeat(256)],
    ]),
  ],
  [
    'bad_identity',
    ready([
      ['Socket-Type', 'DEALER'],
      ['Identity', '\0\x01\x02\x03\x04'],
    ]),
  ],
] as [string, Buffer][])('%s in place of a good READY', (code, bytes) => {
  expect(breachOf(bytes)).toBe(code);
});

test('after READY: a malformed PING, an ERROR; what is unknown is let pass', () => {
  const good = ready([['Socket-Type', 'DEALER']]);
  const after = (bytes: Uint8Array): string | undefined => breachOf(Buffer.concat([good, bytes]));
  expect(after(encodeCommand('PING'))).toBe('bad_command');
  expect(after(encodeCommand('PING', Buffer.alloc(19)))).toBe('bad_command');
  expect(after(encodeCommand('ERROR', Buffer.from([0])))).toBe('refused_us');
  expect(after(encodeCommand('WHATEVER', Buffer.alloc(1_000)))).toBe(undefined);
});

test('metadata go there and back', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9\-_.+]{1,255}$/);
  const property = fc.tuple(name, fc.uint8Array({ maxLength: 300 }));
  const properties = fc.uniqueArray(property, { maxLength: 20, selector: ([key]) => key.toLowerCase() });
  fc.assert(
    fc.property(properties, (wanted) => {
      const found = parseMetadata(encodeMetadata(wanted), 64);
      expect([...found].map(([key, value]) => [key, [...value]])).toEqual(
        wanted.map(([key, value]) => [key.toLowerCase(), [...value]]),
      );
    }),
  );
});
