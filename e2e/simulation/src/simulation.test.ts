// A handful of seeds; `npm run sim -- --seeds K` runs many. And: the checks see what they are there to see.
import { delimiter, equalBytes } from '@muster/protocol';
import { expect, test } from 'vitest';
import { runApart } from './apart/run.ts';
import { runSeed } from './run.ts';
import type { Sabotage } from './tap.ts';

const steps = 120;
const fewSeeds = [1, 2, 3, 4, 5, 6];

test.each(fewSeeds)('seed %i breaks no rule', async (seed) => {
  const { broken, counts } = await runSeed({ seed, steps });
  expect(broken).toEqual([]);
  expect(counts.tasks).toBeGreaterThan(20);
});

test('the same seed and steps do the same, another seed does something else', async () => {
  const [first, again, other] = [
    await runSeed({ seed: 11, steps }),
    await runSeed({ seed: 11, steps }),
    await runSeed({ seed: 12, steps }),
  ];
  expect(again.story).toEqual(first.story);
  expect(again.digest).toBe(first.digest);
  expect(other.digest).not.toBe(first.digest);
});

// One after the other: timers of Node go by virtual time meanwhile.
test('apart: services are killed and started again, and no rule is broken; the same seed does the same', async () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const { broken, counts } = await runApart({ seed, steps });
    expect(broken, `seed ${seed}`).toEqual([]);
    expect(counts.restarts).toBeGreaterThan(0);
    expect(counts.tasks).toBeGreaterThan(20);
  }
  const [first, again] = [await runApart({ seed: 11, steps }), await runApart({ seed: 11, steps })];
  expect(again.digest).toBe(first.digest);
});

test('apart: a task scheduler that takes nothing over is caught', async () => {
  const runs = [];
  for (const seed of [1, 2, 3]) runs.push(await runApart({ seed, steps, forgetful: true }));
  expect(runs.flatMap(({ broken }) => broken).join('\n')).toMatch(/is pending for ever|never comes to rest/);
});

test('whole: the controller is killed and started again with --restore, and nobody is left waiting; the same seed does the same', {
  timeout: 120_000,
}, async () => {
  for (const seed of [2, 7, 13]) {
    const { broken, counts } = await runApart({ seed, steps, whole: true });
    expect(broken, `seed ${seed}`).toEqual([]);
    expect(counts.restarts).toBeGreaterThan(0);
    expect(counts.tasks).toBeGreaterThan(20);
  }
  const [first, again] = [
    await runApart({ seed: 11, steps, whole: true }),
    await runApart({ seed: 11, steps, whole: true }),
  ];
  expect(again.digest).toBe(first.digest);
});

test('whole: a controller that restores nothing is caught', { timeout: 120_000 }, async () => {
  const runs = [];
  for (const seed of [1, 2, 3]) runs.push(await runApart({ seed, steps, whole: true, forgetful: true }));
  expect(runs.flatMap(({ broken }) => broken).join('\n')).toMatch(/is pending for ever|waits for ever|used twice/);
});

/** Does something else with every n-th message of a socket. Of those that publish, notifications have nothing in front. */
function everyNth(n: number, socket: string, instead: Sabotage): Sabotage {
  let count = 0;
  return (name, peer, frames) => {
    const from = name === '' && equalBytes(frames[0]!, delimiter) ? 'notifications' : name;
    return from === socket && ++count % n === 0 ? instead(name, peer, frames) : [[peer, frames]];
  };
}
const twice: Sabotage = (_name, peer, frames) => [
  [peer, frames],
  [peer, frames],
];
const never: Sabotage = () => [];

test.each([
  ['loses an answer to a task', everyNth(10, 'task_in', never), /the scheduler answered it 0 times/],
  ['answers a task twice', everyNth(10, 'task_in', twice), /the scheduler answered it 2 times/],
  ['loses a task on its way to an engine', everyNth(10, 'task_out', never), /never comes to rest/],
  ['loses an answer to a direct request', everyNth(3, 'mux_in', never), /direct .*: never answered/],
  ['answers a direct request twice', everyNth(3, 'mux_in', twice), /got what it cannot accept: .* was received before/],
  [
    'gives tasks to another engine',
    misdirected(),
    /is given 2 tasks, the hwm is 1|which is no target|which it was never given/,
  ],
  [
    'forgets to tell of an engine',
    everyNth(4, 'notifications', never),
    /and was not there|is announced twice|lives and is not listed|knows/,
  ],
])('a controller that %s is caught', async (_what, sabotage, expected) => {
  const runs = await Promise.all([1, 2].map((seed) => runSeed({ seed, steps, sabotage })));
  expect(runs.flatMap(({ broken }) => broken).join('\n')).toMatch(expected);
});

/** Every fifth task goes to the engine that got the one before. */
function misdirected(): Sabotage {
  let last = '';
  let count = 0;
  return (name, peer, frames) => {
    if (name !== 'task_out') return [[peer, frames]];
    const to = ++count % 5 === 0 ? last : peer;
    last = peer;
    return [[to, frames]];
  };
}
