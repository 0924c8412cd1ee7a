// The contract of every pure core: step(state, event, inputs) → effects.
//
// A core is deterministic: time, randomness and new ids come in as data (Inputs), everything it wants done goes out as
// data (Effects). State may change in place, inside step and nowhere else.

/** What a step may not make up by itself. */
export interface Inputs {
  /** Microseconds since 1970; strictly increasing from event to event. */
  readonly nowUs: number;
  /** Uniform in [0, 1). */
  random(): number;
  /** A fresh id, unique in the cluster: 8 hex, "-", 24 hex. */
  newId(): string;
}

/** Sets or clears the timer of that id; setting it again replaces it. It fires once. */
export type TimerEffect =
  | { readonly type: 'timer.set'; readonly id: string; readonly atUs: number }
  | { readonly type: 'timer.clear'; readonly id: string };

/** The event by which a timer comes back. */
export interface TimerFired {
  readonly type: 'timer.fired';
  readonly id: string;
}

/**
 * What a step wants done. The order is part of the contract: the runner performs all `writes` and waits until they are
 * durable before any of the `sends` leaves.
 */
export interface Effects<W, S> {
  readonly writes: readonly W[];
  readonly sends: readonly S[];
  readonly timers: readonly TimerEffect[];
}

/** The one door of a core. */
export type Step<State, E, W, S> = (state: State, event: E | TimerFired, inputs: Inputs) => Effects<W, S>;

/** What most steps have of writes, and of timers. */
const none: readonly never[] = Object.freeze([]);

/** Collects the effects of one step; what cores hand to their `on…` functions. */
export class Outbox<W, S> implements Effects<W, S> {
  writes: readonly W[] = none;
  readonly sends: S[] = [];
  timers: readonly TimerEffect[] = none;

  write(effect: W): void {
    if (this.writes === none) this.writes = [effect];
    else (this.writes as W[]).push(effect);
  }
  send(effect: S): void {
    this.sends.push(effect);
  }
  setTimer(id: string, atUs: number): void {
    this.#timer({ type: 'timer.set', id, atUs });
  }
  clearTimer(id: string): void {
    this.#timer({ type: 'timer.clear', id });
  }
  #timer(effect: TimerEffect): void {
    if (this.timers === none) this.timers = [effect];
    else (this.timers as TimerEffect[]).push(effect);
  }
}
