import { expect, test } from 'vitest';
import { createScene } from '../testing/scene.ts';
import type { SchemeName } from './limits.ts';
import { schemeNames } from './limits.ts';

const engines = ['e1', 'e2', 'e3', 'e4'];

function stage(schemeName: SchemeName, hwm = 0) {
  const scene = createScene({ schemeName, hwm });
  for (const uuid of engines) scene.register(uuid);
  return scene;
}
const loads = (scene: ReturnType<typeof stage>): number[] => engines.map((uuid) => scene.runningOn(uuid).length);

test('the newest engine comes first (§6.1)', () => {
  const scene = stage('leastload');
  scene.submit('a');
  expect(scene.engineOf('a')).toBe('e4');
});

test.each(['leastload', 'pure'] as const)(
  '%s spreads evenly, ties round robin, and fills the least loaded',
  (scheme) => {
    const scene = stage(scheme);
    for (let i = 0; i < 8; i++) scene.submit(`t${i}`);
    expect(loads(scene)).toEqual([2, 2, 2, 2]);
    for (const id of scene.runningOn('e2')) scene.answer(id);
    scene.submit('x');
    scene.submit('y');
    expect(scene.runningOn('e2')).toEqual(['x', 'y']);
  },
);

test('lru goes round whatever the loads are', () => {
  const scene = stage('lru');
  const first = [0, 1, 2, 3].map((i) => {
    scene.submit(`t${i}`);
    return scene.engineOf(`t${i}`);
  });
  expect(new Set(first).size).toBe(4);
  scene.answer('t3');
  scene.submit('again');
  expect(scene.engineOf('again')).toBe(first[0]);
});

test('lru skips full engines', () => {
  const scene = stage('lru', 1);
  for (let i = 0; i < 5; i++) scene.submit(`t${i}`);
  const used = scene.engineOf('t2');
  scene.answer('t2');
  expect(scene.engineOf('t4')).toBe(used);
});

test('plainrandom uses all engines, twobin prefers those used longest ago, weighted the idle', () => {
  const count = 400;
  const spread = (scheme: SchemeName): number[] => {
    const scene = stage(scheme);
    for (let i = 0; i < count; i++) scene.submit(`t${i}`);
    return loads(scene);
  };
  for (const load of spread('plainrandom')) expect(load).toBeGreaterThan(count / 8);
  for (const load of spread('twobin')) expect(Math.abs(load - count / 4)).toBeLessThan(count / 16);
  for (const load of spread('weighted')) expect(Math.abs(load - count / 4)).toBeLessThan(count / 16);
});

test('weighted all but always takes an idle engine', () => {
  const scene = stage('weighted');
  for (let i = 0; i < 30; i++) scene.submit(`t${i}`, { targets: ['e1', 'e2', 'e3'] });
  scene.submit('x');
  expect(scene.engineOf('x')).toBe('e4');
});

test.each(schemeNames)('%s keeps hwm and serves all, in order of submission', (scheme) => {
  const scene = stage(scheme, 2);
  const ids = Array.from({ length: 40 }, (_, i) => `t${i}`);
  for (const id of ids) scene.submit(id);
  expect(loads(scene)).toEqual([2, 2, 2, 2]);
  for (const id of ids) scene.answer(id);
  expect(scene.dispatches()).toEqual(ids);
});
