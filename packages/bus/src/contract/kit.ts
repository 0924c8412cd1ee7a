// What the tests of the contract are made with.
import { encodeText, Message, packJson } from '@muster/protocol';
import type { describe, expect, test } from 'vitest';
import type { Bus, OnSubscriberError } from '../bus.ts';
import type { Fact, FactType } from '../facts.ts';
import { factTable } from '../facts.ts';

export interface BusUnderTest {
  /** Two ends of one bus. Inside one process they are the same. */
  readonly near: Bus;
  readonly far: Bus;
  /** Resolves when subscriptions made at both ends are in force. */
  settle(): Promise<void>;
}

/** `onError` is told of what subscribers throw, at either end. */
export type OpenBus = (onError: OnSubscriberError) => Promise<BusUnderTest>;

/** Vitest's own, so that this file needs no test runner to be loaded. */
export interface Runner {
  readonly describe: typeof describe;
  readonly test: typeof test;
  readonly expect: typeof expect;
}

interface Kit extends BusUnderTest {
  /** What subscribers threw. */
  readonly errors: { readonly error: unknown; readonly fact: Fact }[];
}

export type Check = (title: string, run: (kit: Kit) => Promise<void>) => void;

export const createChecker =
  (open: OpenBus, { test }: Runner): Check =>
  (title, run) => {
    test(title, async () => {
      const errors: Kit['errors'] = [];
      const bus = await open((error, fact) => errors.push({ error, fact }));
      try {
        await run({ ...bus, errors });
      } finally {
        await Promise.all([bus.near.close(), bus.far.close()]);
      }
    });
  };

/** Polls until the condition holds; after 10 s the error says what was waited for. */
export async function until(condition: () => boolean, what: () => string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within 10 s: ${what()}`);
    await new Promise((done) => setTimeout(done, 2));
  }
}

export interface Heard {
  readonly facts: Fact[];
  /** uuids of facts about hearts. */
  uuids(): string[];
  /** Resolves to the facts when there are that many. */
  wait(count: number): Promise<Fact[]>;
}

/** Hears all facts of the types given, in their order. */
export function listen(bus: Bus, ...types: FactType[]): Heard {
  const facts: Fact[] = [];
  for (const type of types) bus.subscribe(type, (fact) => facts.push(fact));
  return {
    facts,
    uuids: () => facts.map((fact) => ('uuid' in fact ? fact.uuid : fact.type)),
    async wait(count) {
      await until(
        () => facts.length >= count,
        () => `${count} facts; ${facts.length} came`,
      );
      return facts;
    },
  };
}

export const beat = (uuid: string): Fact => ({ type: 'heart.started', uuid });

/** A message as from a socket: signature, header, parent_header, metadata, content, buffers. */
export const messageOf = (msgId: string, buffers: readonly Uint8Array[] = []): Message =>
  new Message([
    encodeText('5'.repeat(64)),
    packJson({ msg_id: msgId, msg_type: 'apply_request', session: 's', username: '', date: '', version: '5.3' }),
    packJson({}),
    packJson({ after: [] }),
    packJson({ text: 'größer 🐌' }),
    ...buffers,
  ]);

const engine = { id: 7, uuid: '00000000-0123456789abcdef01234567', kernel: 'node' };

/** One fact of each type. */
export function sampleFacts(): Fact[] {
  const members = {
    ...{ engine, reason: '', uuid: engine.uuid, engineUuid: '\u0000\u00ffé', msgId: 's_1' },
    ...{ service: 'relay', publisher: 'p1', upTo: 2 ** 40, after: 0, probe: '7', session: 'c' },
  };
  return Object.entries(factTable).map(([type, entry]) => {
    const own = Object.keys(entry.members).map((name) => [name, members[name as keyof typeof members]]);
    const carried = 'message' in entry ? { message: messageOf(type, [Uint8Array.of(0, 255), new Uint8Array(0)]) } : {};
    const kept = 'kept' in entry ? { kept: { publisher: 'p1', number: 2, oldest: 1 } } : {};
    return { type, ...Object.fromEntries(own), ...carried, ...kept } as Fact;
  });
}

/** Code of the error that a promise rejects with; 'none' when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** Bytes that differ from place to place, from a number. */
export function bytesFrom(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let value = seed | 1;
  for (let i = 0; i < size; i++) {
    value = Math.imul(value, 1_664_525) + 1_013_904_223;
    bytes[i] = value >>> 24;
  }
  return bytes;
}
