import { appendFileSync } from 'node:fs';
import { expect, inject } from 'vitest';

interface Figure {
  readonly what: string;
  readonly seconds: number;
  readonly atMost: number | undefined;
}
const noted: Figure[] = [];

/** Notes how long something took, for the lines at the end of the suite. */
export function figure(what: string, milliseconds: number, atMost?: number): void {
  const seconds = Math.round(milliseconds / 100) / 10;
  noted.push({ what, seconds, atMost });
  const limit = atMost === undefined ? '' : ` (asked: ${atMost} s)`;
  appendFileSync(inject('cluster').figures, `figure: ${what}: ${seconds.toFixed(1)} s${limit}\n`);
}

/** Machines are noisy: what is printed is judged by people, and only what is twice as slow as asked fails. */
const leeway = 2;

/** The figures of this file are not far from what was asked. A test of its own: what is slow is not wrong. */
export const expectFigures = (): void =>
  expect(noted.filter(({ seconds, atMost }) => atMost !== undefined && seconds > atMost * leeway)).toEqual([]);

/** How long work took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
