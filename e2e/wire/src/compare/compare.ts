// Two accounts of the same scenario, side by side.
import type { Shape } from './shape.ts';

/** What was noted in one scenario: name of the message → its shape, in the order of what happened. */
export type Account = ReadonlyMap<string, Shape>;

export interface Difference {
  readonly scenario: string;
  /** Name of the message. */
  readonly message: string;
  /** Place in it. */
  readonly at: string;
  /** What is there with Python's controller and with ours; `nothing` where that place is missing. */
  readonly theirs: string;
  readonly ours: string;
}

export interface Compared {
  /** Messages and silences compared. */
  readonly count: number;
  readonly differences: readonly Difference[];
}

const nothing = 'nothing';
const unsaid: Shape = new Map([['message', nothing]]);

function differencesOf(theirs: Shape, ours: Shape): Omit<Difference, 'scenario' | 'message'>[] {
  // Where one was silent or answered something else, its parts would only repeat that.
  const places =
    theirs.get('message') === ours.get('message') ? new Set([...theirs.keys(), ...ours.keys()]) : ['message'];
  return [...places]
    .map((at) => ({ at, theirs: theirs.get(at) ?? nothing, ours: ours.get(at) ?? nothing }))
    .filter((pair) => pair.theirs !== pair.ours);
}

export function compareAccounts(scenario: string, theirs: Account, ours: Account): Compared {
  const messages = new Set([...theirs.keys(), ...ours.keys()]);
  const differences = [...messages].flatMap((message) =>
    differencesOf(theirs.get(message) ?? unsaid, ours.get(message) ?? unsaid).map((found) => ({
      scenario,
      message,
      ...found,
    })),
  );
  return { count: messages.size, differences };
}
