// Checks what comes back: every request is answered as often as it must be, signed rightly, with status ok.
import type { Frames, Signer } from '@muster/protocol';
import { decodeLatin1, equalBytes, findDelimiter } from '@muster/protocol';
import { okContent } from './wire-text.ts';

export interface Tally {
  answers: number;
  /** Malformed, wrongly signed, or to no request of ours. */
  bad: number;
  /** More answers to a request than it must have. */
  duplicates: number;
  /** With another status than ok. */
  errors: number;
}

/** What a tally says is wrong, for people; undefined when nothing is. */
export function faultOf(tally: Tally, expected: number): string | undefined {
  const { answers, bad, duplicates, errors } = tally;
  if (answers === expected && bad + duplicates + errors === 0) return undefined;
  return `${answers} of ${expected} answers, ${bad} bad, ${duplicates} twice, ${errors} with errors`;
}

export interface Answers {
  readonly tally: Tally;
  /** Number (from 0) of the request that has got its last answer by this message; -1 when none has. */
  take(frames: Frames): number;
}

export interface AnswerOptions {
  readonly signer: Signer;
  readonly session: string;
  /** Number of the first request, and how many there are. */
  readonly first: number;
  readonly count: number;
  /** Answers that each must have: 1 to 65,535. */
  readonly each: number;
}

export function createAnswers({ signer, session, first, count, each }: AnswerOptions): Answers {
  const tally: Tally = { answers: 0, bad: 0, duplicates: 0, errors: 0 };
  const left = new Uint16Array(count).fill(each);
  const prefix = `"${session}_`;
  function numberOf(parent: Uint8Array): number {
    const text = decodeLatin1(parent);
    const at = text.indexOf(prefix);
    return at < 0 ? Number.NaN : Number.parseInt(text.slice(at + prefix.length, at + prefix.length + 12), 10) - first;
  }
  function take(frames: Frames): number {
    const at = findDelimiter(frames, 2);
    const content = frames[at + 5];
    const signed = at >= 0 && content !== undefined;
    if (!signed || !signer.verify(frames[at + 1]!, [frames[at + 2]!, frames[at + 3]!, frames[at + 4]!, content])) {
      tally.bad++;
      return -1;
    }
    const n = numberOf(frames[at + 3]!);
    if (!(n >= 0 && n < count)) tally.bad++;
    else if (left[n] === 0) tally.duplicates++;
    else {
      tally.answers++;
      if (!equalBytes(content, okContent) && !saysOk(content)) tally.errors++;
      if (--left[n]! === 0) return n;
    }
    return -1;
  }
  return { tally, take };
}

const saysOk = (content: Uint8Array): boolean => JSON.parse(Buffer.from(content).toString()).status === 'ok';
