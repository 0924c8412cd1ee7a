// The last ids that an engine has completed, for verbose queue_requests. Ids of a client differ in the number at their end, so
// what is before it is held once: a thousand ids of each of a thousand engines are 16 MB.

export interface CompletedIds {
  /** How many there were in all. */
  readonly count: number;
  add(msgId: string): void;
  /** The last ones, oldest first. */
  last(): string[];
  /** How many of them there are. */
  readonly size: number;
}

/** In place of a number: the id has none, and is held as it is. */
const whole = -1;
/** More digits could be a number that is not exact. */
const mostDigits = 15;

export function createCompletedIds(limit: number): CompletedIds {
  // Two rings of the same length.
  const stems: string[] = [];
  const numbers: number[] = [];
  let count = 0;
  let stem = '';

  /** The number at its end, behind the stem; `whole` when it would not be written like that. */
  function numberAfterStem(msgId: string): number {
    const { length } = msgId;
    const at = stem.length;
    if (at === 0 || length === at || length - at > mostDigits || !msgId.startsWith(stem)) return whole;
    if (msgId.charCodeAt(at) === 0x30 && length > at + 1) return whole;
    let number = 0;
    for (let i = at; i < length; i++) {
      const digit = msgId.charCodeAt(i) - 0x30;
      if (digit < 0 || digit > 9) return whole;
      number = 10 * number + digit;
    }
    return number;
  }
  return {
    get count() {
      return count;
    },
    get size() {
      return stems.length;
    },
    add(msgId) {
      let number = numberAfterStem(msgId);
      if (number === whole) {
        stem = msgId.slice(0, msgId.lastIndexOf('_') + 1);
        number = numberAfterStem(msgId);
      }
      const at = count++ % limit;
      stems[at] = number === whole ? msgId : stem;
      numbers[at] = number;
    },
    last() {
      const oldest = count > limit ? count % limit : 0;
      return stems.map((_, i) => {
        const at = (oldest + i) % stems.length;
        return numbers[at] === whole ? stems[at]! : `${stems[at]}${numbers[at]}`;
      });
    },
  };
}
