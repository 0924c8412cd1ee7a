import { seededRandom } from '@muster/machine';
import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { createEngine } from './engine-life.ts';
import type { SchemeName } from './limits.ts';
import { policies } from './policies.ts';
import type { Pool } from './pool.ts';
import type { Engine } from './state.ts';
import { createState } from './state.ts';

/** Engines with these loads, in a pool. */
function fill(schemeName: SchemeName, loads: readonly number[]): { pool: Pool; engines: Engine[] } {
  const state = createState(defaultConfig, 'scheduler');
  const pool = policies[schemeName].createPool(0);
  const engines = loads.map((_load, id) => createEngine(state, { id, uuid: `e${id}`, kernel: 'python' }, true));
  for (const [id, engine] of engines.entries()) {
    engine.running.size = loads[id]!;
    pool.add(engine);
  }
  return { pool, engines };
}

const rounds = 20_000;

/** How often each engine is taken, as a part of all. */
function shares(engines: readonly Engine[], pick: () => Engine | undefined): number[] {
  const counts = engines.map(() => 0);
  for (let i = 0; i < rounds; i++) counts[pick()!.id]!++;
  return counts.map((count) => count / rounds);
}

/** With two draws of these probabilities, the better of which (a lower rank) is taken. */
function betterOfTwo(chances: readonly number[], rank: (i: number) => number): number[] {
  const result = chances.map(() => 0);
  for (const [i, p] of chances.entries())
    for (const [j, q] of chances.entries()) result[rank(j) < rank(i) ? j : i]! += p * q;
  return result;
}
const loads = [0, 0, 1, 1, 2, 5];
const expected: Record<string, (of: readonly Engine[]) => number[]> = {
  plainrandom: (of) => of.map(() => 1 / of.length),
  // Who was added last comes first.
  twobin: (of) =>
    betterOfTwo(
      of.map(() => 1 / of.length),
      (i) => -i,
    ),
  weighted(of) {
    const weights = of.map(({ running }) => 1 / (running.size + 1e-6));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return betterOfTwo(
      weights.map((weight) => weight / total),
      (i) => of[i]!.running.size,
    );
  },
};
const schemes = ['plainrandom', 'twobin', 'weighted'] as const;

function expectNear(actual: readonly number[], wanted: readonly number[]): void {
  for (const [i, share] of actual.entries()) expect(Math.abs(share - wanted[i]!)).toBeLessThan(0.02);
}

test.each(schemes)('%s takes each engine as often as its rule says', (scheme) => {
  const { pool, engines } = fill(scheme, loads);
  const random = seededRandom(7);
  const wanted = expected[scheme]!(engines);
  expectNear(
    shares(engines, () => pool.pick(random)),
    wanted,
  );
  expectNear(
    shares(engines, () => pool.pickOf(engines, random)),
    wanted,
  );
});

test.each(schemes)('%s does so, too, among those that suit, be they few or many', (scheme) => {
  for (const suiting of [[5], [2, 3, 4, 5], [1, 4]]) {
    const { pool, engines } = fill(scheme, loads);
    const random = seededRandom(11);
    const suited = suiting.map((id) => engines[id]!);
    const wanted = loads.map(() => 0);
    for (const [i, share] of expected[scheme]!(suited).entries()) wanted[suiting[i]!] = share;
    expectNear(
      shares(engines, () => pool.pickSuited((engine) => suited.includes(engine), random)),
      wanted,
    );
  }
});

test.each(schemes)('%s finds none where none suits, and none where there is none', (scheme) => {
  const { pool, engines } = fill(scheme, loads);
  const random = seededRandom(3);
  expect(pool.pickSuited(() => false, random)).toBeUndefined();
  for (const engine of engines) pool.remove(engine);
  expect([pool.pick(random), pool.pickSuited(() => true, random), pool.size]).toEqual([undefined, undefined, 0]);
});
