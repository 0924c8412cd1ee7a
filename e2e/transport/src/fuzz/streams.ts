// Streams as a good peer sends them, with what a parser must make of them.
import { command, greeting, header, identity, property, ready } from '../raw/wire.ts';
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
  for (let left = random.below(4); left >= 0; left--) {
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
