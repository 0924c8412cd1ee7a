// How long to wait before a tunnel is made again. Pure.

const firstMs = 500;
const longestMs = 15_000;

/** One that held so long was a good one: the next is tried soon again. */
export const goodAfterMs = 10_000;

/**
 * Before the attempt after so many failures in a row (1 at least): doubled each time, at most 15 s. `chance`, from 0 to 1, spreads
 * it by half, so that all engines that lost the same server do not come back at once.
 */
export const pauseMs = (failures: number, chance: number): number =>
  Math.round(Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10)) * (0.75 + chance / 2));
