import { appendFileSync } from 'node:fs';
import { expect, inject } from 'vitest';

/** Notes how long something took, for the lines at the end of the suite, and checks it. */
export function figure(what: string, milliseconds: number, atMostSeconds: number): void {
  const seconds = milliseconds / 1000;
  appendFileSync(inject('cluster').figures, `figure: ${what}: ${seconds.toFixed(1)} s (at most ${atMostSeconds})\n`);
  expect(seconds, what).toBeLessThan(atMostSeconds);
}

/** How long work took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
