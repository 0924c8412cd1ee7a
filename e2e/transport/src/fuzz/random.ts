/** Chance from a seed: the same seed gives the same again. */
export interface Random {
  /** 0 to below `n`. */
  below(n: number): number;
  /** True once in `n` times. */
  once(n: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(count: number): Buffer;
}

/** Bytes are cut from here: to draw each of them would take longer than to parse it. */
const noise = Buffer.alloc(65_536);
for (let i = 0, state = 1; i < noise.length; i++) {
  state = Math.imul(state, 1_664_525) + 1_013_904_223;
  noise[i] = state >>> 24;
}

export function createRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) || 1;
  function next(): number {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  }
  // The first ones are near each other for seeds that are near each other.
  for (let i = 0; i < 4; i++) next();
  const below = (n: number): number => next() % n;
  return {
    below,
    once: (n) => below(n) === 0,
    pick: (list) => list[below(list.length)]!,
    bytes(count) {
      const start = below(noise.length - count);
      return noise.subarray(start, start + count);
    },
  };
}
