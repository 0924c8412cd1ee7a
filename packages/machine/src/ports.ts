// The ports through which a runner gets time, randomness, ids and timers. Shells give the real ones (services), tests
// and the simulation give those of virtual.ts.

/** Microseconds since 1970; never the same twice, never backwards. */
export interface Clock {
  nowUs(): number;
}

/** Uniform in [0, 1). */
export type Random = () => number;

/** A fresh unique id. */
export type NewId = () => string;

/** Calls back once at a moment of its clock. */
export interface Timers {
  set(id: string, atUs: number, fire: () => void): void;
  clear(id: string): void;
  /** Timers set and not yet fired or cleared. */
  readonly size: number;
}

/** All that a runner needs from outside. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly timers: Timers;
}
