// What must hold for every input. A property throws an Error that says what does not.
import {
  Breach,
  checkGreeting,
  createSubscriptions,
  parseCommand,
  parseErrorReason,
  parseMetadata,
  parsePing,
} from '@muster/transport/zmtp-codec';
import { command, greeting, hello, identity, property } from '../raw/wire.ts';
import type { FuzzLimits } from './limits.ts';
import { largeLimits, limits } from './limits.ts';
import { damage } from './mutate.ts';
import type { Outcome } from './parse.ts';
import { parse, sameTold } from './parse.ts';
import type { Random } from './random.ts';
import { find } from './reference.ts';
import type { Item, Stream } from './streams.ts';
import { goodStream, streamNearLimits } from './streams.ts';

export interface Property {
  readonly name: string;
  /** Of a thousand inputs. */
  readonly share: number;
  check(random: Random): void;
}

const whole = (): number => Number.POSITIVE_INFINITY;

/** Small pieces, large ones, or both; of what is long no small ones. */
function anyCut(random: Random, size: number): () => number {
  const most = random.pick(size < 20_000 ? [1, 5, 20, 50, 100, 100, 300, 300, 1_000, 1_000] : [4_000, 70_000]);
  return () => 1 + random.below(most);
}

/** It ends as that does, and tells the same in the same order; `how` says what is compared. */
function agree(how: string, one: Outcome, other: Outcome): void {
  if (one.code !== other.code) throw new Error(`${how}: it ends with ${one.code} and ${other.code}`);
  if (one.told.length !== other.told.length)
    throw new Error(`${how}: ${one.told.length} and ${other.told.length} things are told`);
  const at = one.told.findIndex((told, i) => !sameTold(told, other.told[i]!));
  if (at >= 0) throw new Error(`${how}: different things are told, first at ${at}`);
}

/** The same in whatever pieces it comes, and as the reference finds. */
function parseEachWay(bytes: Buffer, of: FuzzLimits, random: Random): Outcome {
  const one = parse(bytes, of, whole);
  agree('whole and in pieces', one, parse(bytes, of, anyCut(random, bytes.length)));
  const { found, code } = find(bytes, of);
  agree(
    'really and by the reference',
    { told: one.told.filter(({ kind }) => kind !== 'send'), code: one.code },
    { told: found, code },
  );
  return one;
}

/** All items that end within the first `intact` bytes were told, whole and in order. */
function checkItems({ items }: Stream, { told }: Outcome, intact: number): void {
  const heard = told.filter(({ kind }) => kind === 'message' || kind === 'command');
  const must = items.filter(({ end }) => end <= intact);
  if (heard.length < must.length) throw new Error(`${heard.length} of ${must.length} good items were told`);
  const at = must.findIndex((item, i) => !sameTold(item as Item, heard[i]!));
  if (at >= 0) throw new Error(`item ${at} was told otherwise`);
}

function checkGood(stream: Stream, of: FuzzLimits, random: Random): void {
  const outcome = parseEachWay(stream.bytes, of, random);
  if (outcome.code !== undefined) throw new Error(`a good stream was refused: ${outcome.code}`);
  checkItems(stream, outcome, stream.bytes.length);
  const heard = outcome.told.filter(({ kind }) => kind === 'message' || kind === 'command').length;
  if (heard !== stream.items.length) throw new Error(`${heard} items were told, ${stream.items.length} were sent`);
}

function checkDamaged(stream: Stream, of: FuzzLimits, random: Random): void {
  const { bytes, intact } = damage(stream.bytes, random);
  checkItems(stream, parseEachWay(bytes, of, random), intact);
}

/** Only the typed error may come out. */
function breachOnly(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Breach)) throw error;
  }
}

function checkSmallParsers(random: Random): void {
  const metadata = Buffer.concat([property('Socket-Type', 'DEALER'), identity(random.bytes(random.below(20)))]);
  const body = random.once(2) ? random.bytes(random.below(80)) : damage(metadata, random).bytes;
  breachOnly(() => parseMetadata(body, limits.metadataProperties));
  breachOnly(() => parseCommand(random.once(2) ? body : damage(command('PING', body), random).bytes));
  breachOnly(() => parsePing(body));
  breachOnly(() => parseErrorReason(body));
  const greet = damage(greeting(), random).bytes;
  breachOnly(() => checkGreeting(greet, Math.min(64, greet.length)));
}

/** A model of subscriptions: a plain list. */
function checkSubscriptions(random: Random): void {
  const real = createSubscriptions(limits);
  const model = new Set<string>();
  const word = (): Buffer => Buffer.from(Array.from({ length: random.below(4) }, () => random.pick([0, 97, 98, 255])));
  for (let left = random.below(12); left >= 0; left--) {
    const prefix = word();
    const isAdded = !random.once(3);
    if (isAdded) real.add(prefix);
    else real.remove(prefix);
    if (isAdded) model.add(prefix.toString('latin1'));
    else model.delete(prefix.toString('latin1'));
    const topic = word();
    const expected = [...model].some((text) => topic.toString('latin1').startsWith(text));
    if (real.match(topic) !== expected) throw new Error(`topic ${topic.toString('hex')} matches: ${!expected}`);
  }
}

export const properties: readonly Property[] = [
  {
    name: 'good streams come through whole',
    share: 200,
    check: (random) => checkGood(goodStream(random), limits, random),
  },
  {
    name: 'damaged streams: good items before the damage, then the typed error or silence',
    share: 450,
    check: (random) => checkDamaged(goodStream(random), limits, random),
  },
  {
    name: 'each limit: below it, at it, above it',
    share: 100,
    check: (random) => void parseEachWay(streamNearLimits(random, limits), limits, random),
  },
  {
    name: 'random bytes behind a handshake',
    share: 100,
    check: (random) => void parseEachWay(Buffer.concat([hello(), random.bytes(random.below(200))]), limits, random),
  },
  {
    name: 'random bytes from the start, or behind a greeting',
    share: 50,
    check: (random) =>
      void parseEachWay(
        Buffer.concat([random.once(2) ? greeting() : Buffer.alloc(0), random.bytes(random.below(150))]),
        limits,
        random,
      ),
  },
  { name: 'commands, metadata and greetings', share: 69, check: checkSmallParsers },
  { name: 'subscriptions match as a list of prefixes does', share: 30, check: checkSubscriptions },
  {
    name: 'frames up to 1.5 MB, good and damaged',
    share: 1,
    check(random) {
      const stream = goodStream(random, true);
      if (random.once(2)) checkGood(stream, largeLimits, random);
      else checkDamaged(stream, largeLimits, random);
    },
  },
];
