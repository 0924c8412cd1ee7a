// Remembers signatures, so that a message is accepted once (§3.3). Numbers in plain memory: a hundred thousand texts in a Set
// would be looked at by each garbage collection, and cost six times the memory.

/** Remembers signatures that were accepted. */
export interface ReplayGuard {
  /** True the first time a signature is seen; empty signatures are always fresh. */
  isFresh(signature: Uint8Array): boolean;
  readonly size: number;
}

/** 32 characters of 4 bits: half of a signature says as surely which message it was, in half the memory. */
const words = 4;
const charactersPerWord = 8;
const firstSlots = 1024;
const fnvBasis = 0x811c9dc5;
const fnvPrime = 0x01000193;

/** Keys of four numbers, in open addressing; at most half full. */
interface Generation {
  slots: number;
  keys: Uint32Array;
  count: number;
}

/**
 * A guard of at least the last `limit` signatures (Python remembers 65,536, §3.3). It keeps two generations and forgets
 * the older one as a whole, so that a look-up is one or two probes and memory is at most 2 × limit entries.
 */
export function createReplayGuard(limit = 65_536): ReplayGuard {
  const key = new Uint32Array(words);
  let young = createGeneration(firstSlots);
  let old = createGeneration(firstSlots);

  return {
    isFresh(signature) {
      if (signature.length === 0) return true;
      readKey(key, signature);
      let at = findSlot(young, key);
      if (isTaken(young, at) || isTaken(old, findSlot(old, key))) return false;
      if (young.count >= limit) {
        old = young;
        young = createGeneration(firstSlots);
        at = findSlot(young, key);
      }
      young.keys.set(key, at);
      young.count++;
      if (young.count * 2 > young.slots) young = grown(young);
      return true;
    },
    get size() {
      return young.count + old.count;
    },
  };
}

const createGeneration = (slots: number): Generation => ({ slots, keys: new Uint32Array(slots * words), count: 0 });

/** FNV-1a of eight characters each: also texts that are no digests, as without a key, hardly give the same numbers. */
function readKey(key: Uint32Array, signature: Uint8Array): void {
  let at = 0;
  for (let i = 0; i < words; i++) {
    let word = fnvBasis;
    for (const end = at + charactersPerWord; at < end; at++) word = Math.imul(word ^ (signature[at] ?? 0), fnvPrime);
    key[i] = word;
  }
  // All zeros is an empty slot.
  if (key[0] === 0) key[0] = 1;
}

/** Where the key is, or would go. */
function findSlot({ slots, keys }: Generation, key: Uint32Array): number {
  const mask = slots - 1;
  for (let slot = (key[0]! ^ key[1]! ^ key[2]! ^ key[3]!) & mask; ; slot = (slot + 1) & mask) {
    const at = slot * words;
    if (keys[at] === 0) return at;
    if (keys[at] === key[0] && keys[at + 1] === key[1] && keys[at + 2] === key[2] && keys[at + 3] === key[3]) return at;
  }
}

const isTaken = ({ keys }: Generation, at: number): boolean => keys[at] !== 0;

function grown(generation: Generation): Generation {
  const larger = createGeneration(generation.slots * 2);
  for (let at = 0; at < generation.keys.length; at += words) {
    if (generation.keys[at] === 0) continue;
    const key = generation.keys.subarray(at, at + words);
    larger.keys.set(key, findSlot(larger, key));
  }
  larger.count = generation.count;
  return larger;
}
