// A set of texts that keeps 64 bits of each: a hundred thousand ids are 2 MB, and nothing that the garbage collector has to
// look through. That two ids of a cluster have the same bits does not happen; and whoever makes up such a pair could as well
// use the same id twice.

/** 64 bits of a text, in two signed halves that are not both 0. The function changes it in place: one is enough for all. */
export interface Digest {
  high: number;
  low: number;
}

export interface IdSet {
  has(digest: Digest): boolean;
  add(digest: Digest): void;
  delete(digest: Digest): void;
  clear(): void;
  readonly size: number;
}

const [golden, odd] = [0x9e3779b1, 0x5f356495];
const [mixA, mixB] = [0x85ebca6b, 0xc2b2ae35];

export function digestInto(digest: Digest, id: string): Digest {
  let a = golden ^ id.length;
  let b = mixA;
  for (let i = 0; i < id.length; i++) {
    const char = id.charCodeAt(i);
    a = Math.imul(a ^ char, golden);
    b = Math.imul(b ^ char, odd);
  }
  a = Math.imul(a ^ (a >>> 16), mixA) ^ Math.imul(b ^ (b >>> 13), mixB);
  b = Math.imul(b ^ (b >>> 16), mixA) ^ Math.imul(a ^ (a >>> 13), mixB);
  digest.high = a;
  digest.low = a === 0 && b === 0 ? 1 : b;
  return digest;
}

const fewestPlaces = 64;

/** Open addressing in one typed array: two numbers a place, both 0 where it is free; at most half of the places are taken. */
export function createIdSet(): IdSet {
  let places = new Int32Array(2 * fewestPlaces);
  let mask = fewestPlaces - 1;
  let size = 0;

  /** Where it is, or where it would be put. */
  function placeOf(high: number, low: number): number {
    let at = low & mask;
    while (
      (places[2 * at] !== high || places[2 * at + 1] !== low) &&
      (places[2 * at] !== 0 || places[2 * at + 1] !== 0)
    )
      at = (at + 1) & mask;
    return at;
  }
  const isFree = (at: number): boolean => places[2 * at] === 0 && places[2 * at + 1] === 0;
  function fill(at: number, high: number, low: number): void {
    places[2 * at] = high;
    places[2 * at + 1] = low;
  }
  function grow(): void {
    const before = places;
    places = new Int32Array(2 * before.length);
    mask = places.length / 2 - 1;
    for (let i = 0; i < before.length; i += 2) {
      const [high, low] = [before[i]!, before[i + 1]!];
      if (high !== 0 || low !== 0) fill(placeOf(high, low), high, low);
    }
  }
  return {
    has: ({ high, low }) => !isFree(placeOf(high, low)),
    add({ high, low }) {
      let at = placeOf(high, low);
      if (!isFree(at)) return;
      if (2 * ++size > mask) {
        grow();
        at = placeOf(high, low);
      }
      fill(at, high, low);
    },
    delete({ high, low }) {
      let gap = placeOf(high, low);
      if (isFree(gap)) return;
      size--;
      // What follows without a gap moves up, unless it is where it belongs.
      for (let at = (gap + 1) & mask; !isFree(at); at = (at + 1) & mask) {
        const home = places[2 * at + 1]! & mask;
        if (((at - home) & mask) < ((at - gap) & mask)) continue;
        fill(gap, places[2 * at]!, places[2 * at + 1]!);
        gap = at;
      }
      fill(gap, 0, 0);
    },
    clear() {
      places.fill(0);
      size = 0;
    },
    get size() {
      return size;
    },
  };
}
