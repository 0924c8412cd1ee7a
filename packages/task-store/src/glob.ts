// Shell wildcards (`$glob`, §5.4): `*`, `?`, `[seq]`, `[!seq]`, the whole text, case counts. Matched by two pointers that
// step back to the last star only: at worst length × pattern, where a regular expression could take for ever.

type CharTest = (char: string) => boolean;
type Token = CharTest | 'star';

/** Compiles a pattern to a test of texts. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const tokens = parseGlob([...pattern]);
  return (text) => matches(tokens, text);
}

function parseGlob(pattern: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!;
    const end = char === '[' ? closingBracket(pattern, i) : -1;
    if (char === '*') {
      if (tokens.at(-1) !== 'star') tokens.push('star');
    } else if (char === '?') tokens.push(() => true);
    else if (end > 0) {
      tokens.push(charClass(pattern.slice(i + 1, end)));
      i = end;
    } else tokens.push((other) => other === char);
  }
  return tokens;
}

/** Index of the `]` that ends the class begun at `start`; -1 when there is none, so that `[` stands for itself. */
function closingBracket(pattern: readonly string[], start: number): number {
  const first = pattern[start + 1] === '!' ? start + 2 : start + 1;
  return pattern.indexOf(']', first + 1);
}

function charClass(inside: readonly string[]): CharTest {
  const negated = inside[0] === '!';
  const chars = negated ? inside.slice(1) : inside;
  const ranges: [from: string, to: string][] = [];
  for (let i = 0; i < chars.length; i++) {
    const isRange = chars[i + 1] === '-' && i + 2 < chars.length;
    ranges.push([chars[i]!, chars[isRange ? i + 2 : i]!]);
    if (isRange) i += 2;
  }
  const order = (char: string): number => char.codePointAt(0)!;
  return (char) => ranges.some(([from, to]) => order(from) <= order(char) && order(char) <= order(to)) !== negated;
}

function matches(tokens: readonly Token[], text: string): boolean {
  let at = 0;
  let token = 0;
  let afterStar = -1;
  let retryAt = 0;
  while (at < text.length) {
    const char = charAt(text, at);
    const test = tokens[token];
    if (test === 'star') {
      afterStar = ++token;
      retryAt = at;
    } else if (test?.(char)) {
      token++;
      at += char.length;
    } else if (afterStar >= 0) {
      retryAt += charAt(text, retryAt).length;
      at = retryAt;
      token = afterStar;
    } else return false;
  }
  return token === tokens.length || (token === tokens.length - 1 && tokens[token] === 'star');
}

/** The character there, surrogate pairs as one. */
const charAt = (text: string, at: number): string => String.fromCodePoint(text.codePointAt(at)!);
