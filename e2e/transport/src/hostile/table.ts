// What a hostile or broken peer can put on a port, and the reason for which our transport ends its connection.
import type { RawPeer } from '../raw/raw-peer.ts';
import { command, frame, greeting, hello, identity, message, property, ready } from '../raw/wire.ts';

export interface Attack {
  readonly name: string;
  /** Code of the reason, as the transport counts it. */
  readonly reason: string;
  /** `until` the connection is ended: attacks without an end go on until then. */
  play(peer: RawPeer): Promise<void>;
}

const MiB = 2 ** 20;
/** The limits of the subject: near, so that attacks reach them soon. */
export const limits = {
  handshakeMs: 1_000,
  frameBytes: 64 * MiB,
  messageBytes: 80 * MiB,
  framesPerMessage: 1_000,
  commandBytes: 4_096,
  metadataProperties: 16,
  subscriptions: 1_000,
  subscriptionBytes: 100_000,
  unfinishedBytes: 48 * MiB,
};

const once = (name: string, reason: string, ...parts: readonly Buffer[]): Attack => ({
  name,
  reason,
  play: (peer) => peer.say(Buffer.concat(parts)),
});
const shook = (name: string, reason: string, ...parts: readonly Buffer[]): Attack =>
  once(name, reason, hello(), ...parts);

/** Says it again and again. */
const endless = (name: string, reason: string, first: Buffer, again: (n: number) => Buffer): Attack => ({
  name,
  reason,
  async play(peer) {
    await peer.say(first);
    for (let n = 0; !peer.isEnded && n < 200_000; n++) await peer.say(again(n));
  },
});
const readyWith = (...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([greeting(), command('READY', Buffer.concat(parts))]);
const type = property('Socket-Type', 'DEALER');
const many = (count: number, make: (n: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, n) => make(n)));

const atTheDoor: readonly Attack[] = [
  once('HTTP', 'not_zmtp', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')),
  once('a TLS client hello', 'not_zmtp', Buffer.from('16030100dc010000d803', 'hex'), Buffer.alloc(200, 7)),
  once('SSH', 'not_zmtp', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')),
  once('zeros', 'not_zmtp', Buffer.alloc(1_000)),
  once('0xff and then nonsense', 'not_zmtp', Buffer.alloc(10, 0xff).fill(0x10, 9), Buffer.alloc(100, 0x55)),
  once(
    'a signature that ends wrongly',
    'not_zmtp',
    greeting({ signature: Buffer.from('ff000000000000000100', 'hex') }),
  ),
  once('ZMTP 1', 'not_zmtp', Buffer.from('0100', 'hex')),
  once('ZMTP 2', 'old_protocol', Buffer.from('ff00000000000000017f0105', 'hex'), Buffer.from('0000', 'hex')),
  once('version 0', 'old_protocol', greeting({ major: 0 })),
  once('PLAIN', 'other_mechanism', greeting({ mechanism: 'PLAIN' })),
  once('CURVE', 'other_mechanism', greeting({ mechanism: 'CURVE' })),
  once('a mechanism of 20 characters', 'other_mechanism', greeting({ mechanism: 'NULLNULLNULLNULLNULL' })),
  once('no mechanism', 'other_mechanism', greeting({ mechanism: '' })),
  once('a mechanism of control characters', 'other_mechanism', greeting({ mechanism: '\x1b[31m\r\nroot' })),
  once('an endless signature', 'not_zmtp', Buffer.alloc(100_000, 0xfe)),
];
const slow: readonly Attack[] = [
  once('nothing at all', 'handshake_too_slow'),
  once('half a greeting', 'handshake_too_slow', greeting().subarray(0, 30)),
  once('a greeting and no READY', 'handshake_too_slow', greeting()),
  once('half a READY', 'handshake_too_slow', hello().subarray(0, 80)),
  {
    name: 'a greeting of one byte at a time (slow loris)',
    reason: 'handshake_too_slow',
    async play(peer) {
      for (const byte of greeting()) {
        if (peer.isEnded) return;
        await peer.say(Buffer.of(byte));
        await new Promise((done) => setTimeout(done, 40));
      }
    },
  },
];
const handshakes: readonly Attack[] = [
  once('data before READY', 'out_of_order', greeting(), message('hello')),
  once('another command before READY', 'out_of_order', greeting(), command('SUBSCRIBE', 'x')),
  once('PING before READY', 'out_of_order', greeting(), command('PING', '\0\0')),
  once('READY of several frames', 'bad_frame', greeting(), frame('\x05READY', { command: true, more: true })),
  once('READY above the limit', 'command_too_large', readyWith(type, property('X', Buffer.alloc(5_000)))),
  once(
    'READY that claims 2^63 bytes',
    'command_too_large',
    greeting(),
    frame('\x05READY', { command: true, claimed: 2n ** 63n }),
  ),
  once(
    'too many properties',
    'bad_metadata',
    readyWith(
      type,
      many(100, (n) => property(`X${n}`, '')),
    ),
  ),
  once('a property twice', 'bad_metadata', readyWith(type, type)),
  once('a property without a name', 'bad_metadata', readyWith(type, property('', 'x'))),
  once('a property with a bad name', 'bad_metadata', readyWith(type, property('a b\0', 'x'))),
  once('a value that is cut off', 'bad_metadata', readyWith(type, property('X', 'x', 1_000))),
  once('a value of 2^32 - 1 bytes', 'bad_metadata', readyWith(type, property('X', 'x', 2 ** 32 - 1))),
  once('half a name', 'bad_metadata', readyWith(type, Buffer.of(200, 65))),
  once('a command without a name', 'bad_command', greeting(), frame('', { command: true })),
  once('a command whose name is cut off', 'bad_command', greeting(), frame('\xffREADY', { command: true })),
  once('a command with an unreadable name', 'bad_command', greeting(), frame('\x03\x1b[m', { command: true })),
  once('READY without a socket type', 'bad_socket_type', readyWith(identity('x'))),
  once('PUSH', 'bad_socket_type', hello('PUSH')),
  once('PAIR', 'bad_socket_type', hello('PAIR')),
  once('SUB', 'bad_socket_type', hello('SUB')),
  once('REP', 'bad_socket_type', hello('REP')),
  once('a type that there is not', 'bad_socket_type', hello('EMPEROR')),
  once('a type of 4,000 bytes', 'bad_socket_type', hello('D'.repeat(4_000))),
  once('an identity of 256 bytes', 'bad_identity', hello('DEALER', identity(Buffer.alloc(256, 65)))),
  once('an identity of 4,000 bytes', 'bad_identity', hello('DEALER', identity(Buffer.alloc(4_000, 65)))),
  once('an identity that begins with 0', 'bad_identity', hello('DEALER', identity('\0abcd'))),
  once('ERROR', 'refused_us', greeting(), command('ERROR', '\x04\x1b[m\n')),
  once('ERROR that is cut off', 'bad_command', greeting(), command('ERROR', '\xffno')),
];
const traffic: readonly Attack[] = [
  ...[0x08, 0x10, 0x20, 0x40, 0x80].map((reserved) =>
    shook(`a reserved bit of the flags (${reserved})`, 'bad_frame', frame('x', { reserved })),
  ),
  shook('a command of several frames', 'bad_frame', frame('\x04PING\0\0', { command: true, more: true })),
  shook('a frame of 2^63 bytes', 'frame_too_large', frame('x', { claimed: 2n ** 63n })),
  shook('a frame of 2^64 - 1 bytes', 'frame_too_large', frame('x', { claimed: 2n ** 64n - 1n })),
  shook('a frame one byte above the limit', 'frame_too_large', frame('x', { claimed: limits.frameBytes + 1 })),
  shook(
    'frames that are too large together',
    'message_too_large',
    frame(Buffer.alloc(20 * MiB), { more: true }),
    frame('', { claimed: limits.frameBytes }),
  ),
  shook('a command of a gigabyte', 'command_too_large', frame('\x04PING', { command: true, claimed: 2 ** 30 })),
  shook('a second READY of a wrong form', 'bad_frame', frame('\x05READY', { command: true, more: true })),
  shook('PING without its time', 'bad_command', command('PING', '\0')),
  shook('PING with a context of 17 bytes', 'bad_command', command('PING', Buffer.alloc(19))),
  shook('PING with a huge context', 'bad_command', command('PING', Buffer.alloc(4_000))),
  shook('ERROR in traffic', 'refused_us', command('ERROR', '\x02no')),
  endless('endless MORE frames, empty', 'too_many_frames', hello(), () => many(100, () => frame('', { more: true }))),
  endless('endless MORE frames of 60 kB', 'too_many_frames|message_too_large|too_much_unfinished', hello(), () =>
    frame(Buffer.alloc(60_000), { more: true }),
  ),
  endless('commands between endless MORE frames', 'too_many_frames', hello(), () =>
    many(50, (n) => (n % 2 ? command('PING', '\0\0') : frame('x', { more: true }))),
  ),
];

/** Against a ROUTER with `limits`. */
export const attacks: readonly Attack[] = [...atTheDoor, ...slow, ...handshakes, ...traffic];

/** Against a PUB. */
export const attacksOnPub: readonly Attack[] = [
  endless('endless subscriptions by commands', 'too_many_subscriptions', hello('SUB'), (n) =>
    many(100, (i) => command('SUBSCRIBE', `topic ${n * 100 + i}`)),
  ),
  endless('endless subscriptions by messages', 'too_many_subscriptions', hello('SUB'), (n) =>
    many(100, (i) => message(`\x01topic ${n * 100 + i}`)),
  ),
  endless('few subscriptions that are long', 'too_many_subscriptions', hello('SUB'), (n) =>
    command('SUBSCRIBE', Buffer.alloc(3_000, `${n} `)),
  ),
  once('a subscription above the limit', 'command_too_large', hello('SUB'), command('SUBSCRIBE', Buffer.alloc(5_000))),
  once('a DEALER', 'bad_socket_type', hello('DEALER')),
];

/** What must not end the connection: the peer is served behind it. */
export const harmless: readonly { readonly name: string; readonly parts: readonly Buffer[] }[] = [
  { name: 'unknown commands', parts: [command('SHRUG', Buffer.alloc(100)), command('JOIN', 'group')] },
  { name: 'PONG that was not asked for', parts: [command('PONG', 'x')] },
  { name: 'PING with a context of 16 bytes', parts: [command('PING', Buffer.alloc(18))] },
  { name: 'long lengths for short frames', parts: [frame('', { long: true, more: true }), frame('x', { long: true })] },
  {
    name: 'a command between the frames of a message',
    parts: [frame('a', { more: true }), command('PING', '\0\0'), frame('b')],
  },
  { name: 'a subscription to a ROUTER', parts: [command('SUBSCRIBE', 'x'), command('CANCEL', 'x')] },
  { name: 'READY again', parts: [ready()] },
];
