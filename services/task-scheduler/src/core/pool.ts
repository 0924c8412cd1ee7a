// Engines that may be given one more task. Which of them gets the next one is the policy's choice (policies.ts): by their order
// (ordered-pool.ts) or by chance (random-pool.ts).
import type { Engine } from './state.ts';

export type Suits = (engine: Engine) => boolean;

export interface Pool {
  /** The engine for a task that suits every one; undefined when none has room. */
  pick(random: () => number): Engine | undefined;
  /** Of those that suit. */
  pickSuited(suits: Suits, random: () => number): Engine | undefined;
  /** One of these, which all have room; the list is not empty. */
  pickOf(engines: readonly Engine[], random: () => number): Engine;
  /** All engines with room, in no particular order. */
  all(): Engine[];
  hasRoom(engine: Engine): boolean;
  /** A new engine, or one that may be given tasks now: before all others (§6.1). No effect when it is there. */
  add(engine: Engine): void;
  /** Its load has changed. `used`: it has just been given a task. */
  update(engine: Engine, used: boolean): void;
  remove(engine: Engine): void;
  readonly size: number;
}

/** Of two engines with room, the one whose turn comes first. */
export const earlier = (a: Engine, b: Engine): Engine => {
  if (a.level !== b.level) return a.level < b.level ? a : b;
  return a.stamp < b.stamp ? a : b;
};

/** Whether an engine may be given a task. `hwm`: tasks that it may have at once, 0 for any number. */
export const roomBy =
  (hwm: number): Suits =>
  ({ proven, drained, running }) =>
    proven && !drained && (hwm === 0 || running.size < hwm);
