// Which of the kept facts that come in are to be handled: each once, and in the order of its publisher.
import type { KeptMark } from '../members.ts';

type Admitted =
  | 'handle'
  /** It has been handled; its publisher has not heard of that. */
  | 'repeated'
  /** Some before it did not come. */
  | 'early'
  /** They did not come, and are to be asked for now. */
  | 'missed'
  /** They did not come however often they were asked for: it is to be handled without them. */
  | 'given up';

export interface Admission {
  admit(mark: KeptMark, nowMs: number): Admitted;
  /** Number of the last fact that was handled; 0 when none was. */
  last(publisher: string): number;
}

interface Lane {
  last: number;
  /** How often what comes after `last` was asked for, and when it may be again. */
  asked: number;
  askAgainMs: number;
}

const publisherLimit = 1000;
/** Between questions for the same facts; twice as long each time. */
const askAgainAfterMs = 500;
const mostQuestions = 5;

export function createAdmission(): Admission {
  const lanes = new Map<string, Lane>();

  function laneOf(publisher: string): Lane {
    const known = lanes.get(publisher);
    if (known !== undefined) return known;
    const lane: Lane = { last: 0, asked: 0, askAgainMs: 0 };
    lanes.set(publisher, lane);
    if (lanes.size > publisherLimit) lanes.delete(lanes.keys().next().value!);
    return lane;
  }
  function take(lane: Lane, number: number): void {
    lane.last = number;
    lane.asked = 0;
    lane.askAgainMs = 0;
  }
  return {
    admit({ publisher, number, oldest }, nowMs) {
      const lane = laneOf(publisher);
      if (number <= lane.last) return 'repeated';
      // What is older than the oldest will not come.
      if (number === lane.last + 1 || number <= oldest) {
        take(lane, number);
        return 'handle';
      }
      if (nowMs < lane.askAgainMs) return 'early';
      if (lane.asked === mostQuestions) {
        take(lane, number);
        return 'given up';
      }
      lane.askAgainMs = nowMs + askAgainAfterMs * 2 ** lane.asked++;
      return 'missed';
    },
    last: (publisher) => lanes.get(publisher)?.last ?? 0,
  };
}
