// Streams as a good peer sends them, with what a parser must make of them.
import { command, greeting, header, identity, message, property, ready } from '../raw/wire.ts';
import type { FuzzLimits } from './limits.ts';
import type { Random } from './random.ts';
import { createRandom } from './random.ts';

export type Item =
  | { readonly kind: 'message'; readonly frames: readonly Buffer[]; readonly end: number }
  | { readonly kind: 'command'; readonly name: string; readonly body: Buffer; readonly end: number };

export interface Stream {
  readonly bytes: Buffer;
  /** What comes after the handshake, in order, each with the place where its bytes end. */
  readonly items: readonly Item[];
  readonly handshakeEnd: number;
}

const sizes = [0, 0, 1, 1, 2, 3, 4, 5, 8, 10, 16, 20, 30, 60, 100, 254, 255, 256, 257, 500];
const largeSizes = [60_000, 65_535, 65_536, 65_537, 200_000, 1_048_575, 1_048_577, 1_500_000];

function handshake(random: Random): Buffer {
  const more: Buffer[] = [];
  if (random.once(2))
    more.push(identity(Buffer.concat([Buffer.of(1 + random.below(255)), random.bytes(random.below(20))])));
  if (random.once(4)) more.push(property('X-Other', random.bytes(random.below(20))));
  return Buffer.concat([
    greeting({ minor: random.below(2), asServer: 0 }),
    ready(random.pick(['DEALER', 'ROUTER', 'REQ']), ...more),
  ]);
}

/** Made once, as they take longer to make than to parse. */
const handshakes = Array.from({ length: 200 }, (_, i) => handshake(createRandom(i)));

function oneMessage(random: Random, isLarge: boolean): [Buffer[], Buffer[]] {
  const count = random.once(20) ? 1 + random.below(20) : 1 + random.below(3);
  let room = 4_000;
  const frames = Array.from({ length: count }, () => {
    const size = Math.min(room, random.pick(sizes));
    room -= size;
    return random.bytes(size);
  });
  if (isLarge) frames[random.below(count)] = Buffer.alloc(random.pick(largeSizes), random.below(256));
  // Lengths of eight bytes where one would do are right, too.
  const long = random.once(8);
  return [frames.flatMap((body, i) => [header(body.length, { long, more: i < count - 1 }), body]), frames];
}

export function goodStream(random: Random, isLarge = false): Stream {
  const parts = [random.pick(handshakes)];
  const handshakeEnd = parts[0]!.length;
  const items: Item[] = [];
  let end = handshakeEnd;
  for (let left = random.below(3); left >= 0; left--) {
    if (random.once(5)) {
      const name = random.pick(['SUBSCRIBE', 'CANCEL', 'PONG', 'UNKNOWN', 'x']);
      const body = random.bytes(random.below(40));
      parts.push(command(name, body));
      end += parts.at(-1)!.length;
      items.push({ kind: 'command', name, body, end });
    } else {
      const [pieces, frames] = oneMessage(random, isLarge && left === 0);
      parts.push(...pieces);
      for (const piece of pieces) end += piece.length;
      items.push({ kind: 'message', frames, end });
    }
  }
  return { bytes: Buffer.concat(parts), items, handshakeEnd };
}

/** A little below a limit, at it, or a little above. */
const near = (limit: number, random: Random): number => limit - 2 + random.below(5);

/** A stream with one thing that is near one of the limits. */
export function streamNearLimits(random: Random, limits: FuzzLimits): Buffer {
  const shaken = random.pick(handshakes);
  const size = near(limits.messageBytes, random);
  const half = Math.floor(size / 2) - 200;
  const odd = random.below(255);
  const makers: readonly (() => Buffer)[] = [
    () => Buffer.concat([shaken, message('a', random.bytes(near(limits.frameBytes, random)))]),
    () =>
      Buffer.concat([
        shaken,
        message('', random.bytes(half), 'a', random.bytes(size - half - 1 - 300), random.bytes(300)),
        message('b'),
      ]),
    () => Buffer.concat([shaken, message(...Array.from({ length: near(limits.framesPerMessage, random) }, () => 'x'))]),
    () => Buffer.concat([shaken, command('UNKNOWN', random.bytes(near(limits.commandBytes - 8, random)))]),
    () => Buffer.concat([shaken, command('PING', random.bytes(near(18, random)))]),
    () =>
      Buffer.concat([
        shaken,
        message('before'),
        command('ERROR', Buffer.concat([Buffer.of(odd), random.bytes(near(odd + 2, random))])),
      ]),
    () => Buffer.concat([greeting(), readyOf(near(limits.metadataProperties, random))]),
    () => Buffer.concat([greeting(), ready('DEALER', identity(Buffer.alloc(near(255, random), 1))), message('m')]),
    () => Buffer.concat([greeting(), ready('DEALER', identity(Buffer.of(random.below(3), 1))), message('m')]),
    () => Buffer.concat([greeting(), ready(random.pick(['DEALER', 'dealer', 'PUSH', 'REQ', 'SUB', '', 'DEALER ']))]),
    () =>
      Buffer.concat([
        greeting(),
        ready('DEALER', property(random.pick(['Socket-Type', 'socket-type', 'X']), 'ROUTER')),
      ]),
    () => Buffer.concat([greeting({ major: 1 + random.below(4), minor: random.below(3) }), ready(), message('m')]),
    () => Buffer.concat([greeting(), random.once(2) ? message('early') : command('PING', '\0\0'), ready()]),
  ];
  return random.pick(makers)();
}

const readyOf = (count: number): Buffer =>
  ready('DEALER', ...Array.from({ length: count - 1 }, (_, i) => property(`X${i}`, '')));
