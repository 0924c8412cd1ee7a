// Shell wildcards (`$glob`, §5.4): `*`, `?`, `[seq]`, `[!seq]`, the whole text, case counts. All places of the pattern at
// which the text may stand are followed at once, as bits: so no pattern takes more than its length / 32 steps a character,
// where a regular expression could take for ever.
import { StoreError } from './port.ts';

type CharTest = (char: number) => boolean;

interface Pattern {
  /** One for each character that the text must have. */
  readonly tests: readonly CharTest[];
  /** Numbers of tests before which any characters may stand; that of the end, too. */
  readonly stars: readonly number[];
}

/** Most characters of a pattern, stars not counted. */
const lengthLimit = 255;
/** Most characters whose tests are remembered. */
const maskLimit = 4096;

/** Compiles a pattern to a test of texts. Throws StoreError ValueError for one that is too long. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const { tests, stars } = parseGlob(Array.from(pattern));
  if (tests.length > lengthLimit)
    throw new StoreError('ValueError', `$glob takes a pattern of at most ${lengthLimit} characters`);
  const words = (tests.length >> 5) + 1;
  const loops = bitsOf(stars, words);
  const masks = new Map<number, Uint32Array>();
  function maskOf(char: number): Uint32Array {
    const known = masks.get(char);
    if (known !== undefined) return known;
    if (masks.size >= maskLimit) masks.clear();
    const passed = tests.flatMap((test, i) => (test(char) ? [i] : []));
    const mask = bitsOf(passed, words);
    masks.set(char, mask);
    return mask;
  }
  return (text) => matches(text, { words, end: tests.length, loops, maskOf });
}

interface Machine {
  readonly words: number;
  readonly end: number;
  /** Places that may be kept at any character. */
  readonly loops: Uint32Array;
  /** Places that are left for the next one at this character. */
  readonly maskOf: (char: number) => Uint32Array;
}

function matches(text: string, { words, end, loops, maskOf }: Machine): boolean {
  const places = bitsOf([0], words);
  const has = (bits: Uint32Array, place: number): boolean => ((bits[place >> 5]! >>> (place & 31)) & 1) === 1;
  for (let at = 0; at < text.length; ) {
    // Where anything may follow, the rest need not be looked at.
    if (has(places, end) && has(loops, end)) return true;
    const char = text.codePointAt(at)!;
    at += char > 0xffff ? 2 : 1;
    const mask = maskOf(char);
    let carry = 0;
    let left = 0;
    for (let i = 0; i < words; i++) {
      const moved = places[i]! & mask[i]!;
      const next = ((moved << 1) | carry | (places[i]! & loops[i]!)) >>> 0;
      carry = moved >>> 31;
      left |= next;
      places[i] = next;
    }
    if (left === 0) return false;
  }
  return has(places, end);
}

function bitsOf(places: readonly number[], words: number): Uint32Array {
  const bits = new Uint32Array(words);
  for (const place of places) bits[place >> 5]! |= 1 << (place & 31);
  return bits;
}

function parseGlob(pattern: readonly string[]): Pattern {
  const tests: CharTest[] = [];
  const stars: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    const end = char === '[' ? closingBracket(pattern, i) : -1;
    if (char === '*') {
      if (stars.at(-1) !== tests.length) stars.push(tests.length);
    } else if (char === '?') tests.push(() => true);
    else if (end > 0) {
      tests.push(charClass(pattern.slice(i + 1, end)));
      i = end;
    } else {
      const own = char.codePointAt(0);
      tests.push((other) => other === own);
    }
  }
  return { tests, stars };
}

/** Index of the `]` that ends the class begun at `start`; -1 when there is none, so that `[` stands for itself. */
function closingBracket(pattern: readonly string[], start: number): number {
  const first = pattern[start + 1] === '!' ? start + 2 : start + 1;
  return pattern.indexOf(']', first + 1);
}

function charClass(inside: readonly string[]): CharTest {
  const negated = inside[0] === '!';
  const chars = (negated ? inside.slice(1) : inside).map((char) => char.codePointAt(0)!);
  const ranges: (readonly [from: number, to: number])[] = [];
  const dash = 0x2d;
  for (let i = 0; i < chars.length; i++) {
    const isRange = chars[i + 1] === dash && i + 2 < chars.length;
    ranges.push([chars[i]!, chars[isRange ? i + 2 : i]!]);
    if (isRange) i += 2;
  }
  return (char) => ranges.some(([from, to]) => from <= char && char <= to) !== negated;
}
