// What a subscriber wants: prefixes of the first frame. ZMTP 3.0 says it by messages, 3.1 by commands.
import { decodeLatin1 } from '@muster/protocol';
import { Breach } from '../breach.ts';
import { encodeCommand } from './commands.ts';
import { wireBytes, writeMessage } from './frames.ts';

/** The form that a peer of that minor version understands. */
export function encodeSubscription(topic: Uint8Array, minorVersion: number): Buffer {
  if (minorVersion >= 1) return encodeCommand('SUBSCRIBE', topic);
  const message = [Buffer.concat([Uint8Array.of(1), topic])];
  const bytes = Buffer.alloc(wireBytes(message));
  writeMessage(bytes, 0, message);
  return bytes;
}

/** A message of ZMTP 3.0 that subscribes (1) or cancels (0); undefined when it is another. */
export function readSubscription(
  frames: readonly Uint8Array[],
): { readonly subscribes: boolean; readonly topic: Uint8Array } | undefined {
  const [first] = frames;
  if (frames.length !== 1 || first === undefined || first.length === 0 || first[0]! > 1) return undefined;
  return { subscribes: first[0] === 1, topic: first.subarray(1) };
}

export interface Subscriptions {
  /** Everything is wanted. */
  readonly all: boolean;
  match(topic: Uint8Array): boolean;
  /** The same twice is once. Throws Breach `too_many_subscriptions`. */
  add(prefix: Uint8Array): void;
  remove(prefix: Uint8Array): void;
}

export function createSubscriptions(limits: {
  readonly subscriptions: number;
  readonly subscriptionBytes: number;
}): Subscriptions {
  /** By length. */
  const prefixes = new Map<number, Set<string>>();
  let count = 0;
  let bytes = 0;
  return {
    get all() {
      return prefixes.has(0);
    },
    match(topic) {
      if (count === 0) return false;
      let text: string | undefined;
      for (const [length, ofLength] of prefixes) {
        if (length > topic.length) continue;
        if (length === 0) return true;
        text ??= decodeLatin1(topic, Math.min(topic.length, limits.subscriptionBytes));
        if (ofLength.has(text.slice(0, length))) return true;
      }
      return false;
    },
    add(prefix) {
      const text = decodeLatin1(prefix);
      const ofLength = prefixes.get(text.length) ?? new Set();
      if (ofLength.has(text)) return;
      count++;
      bytes += text.length;
      if (count > limits.subscriptions || bytes > limits.subscriptionBytes)
        throw new Breach('too_many_subscriptions', `${count}, of ${bytes} bytes`);
      ofLength.add(text);
      prefixes.set(text.length, ofLength);
    },
    remove(prefix) {
      const text = decodeLatin1(prefix);
      const ofLength = prefixes.get(text.length);
      if (ofLength === undefined || !ofLength.delete(text)) return;
      count--;
      bytes -= text.length;
      if (ofLength.size === 0) prefixes.delete(text.length);
    },
  };
}
