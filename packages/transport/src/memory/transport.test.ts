import { describe, expect, test } from 'vitest';
import { transportContract } from '../contract.ts';
import { createMemoryTransport } from './transport.ts';

transportContract('memory', (onError) => createMemoryTransport({ onError }), { describe, test, expect });

/** Runs the waiting steps in an order drawn from a seed, some of them only in a later round. */
function createJumble(seed: number): (step: () => void) => void {
  let value = seed;
  const random = (): number => {
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) >>> 0;
    return value / 2 ** 32;
  };
  let steps: (() => void)[] = [];
  function run(): void {
    const drawn = steps.map((step) => ({ step, now: random() < 0.7, at: random() }));
    steps = drawn.filter(({ now }) => !now).map(({ step }) => step);
    const waiting = steps.length > 0;
    for (const { step } of drawn.filter(({ now }) => now).sort((a, b) => a.at - b.at)) step();
    if (waiting) setImmediate(run);
  }
  return (step) => {
    if (steps.push(step) === 1) setImmediate(run);
  };
}

for (const seed of [1, 2, 3])
  transportContract(
    `memory, steps jumbled by seed ${seed},`,
    (onError) => createMemoryTransport({ onError, schedule: createJumble(seed) }),
    { describe, test, expect },
  );

test('a simulation decides when anything happens', async () => {
  const steps: (() => void)[] = [];
  const transport = createMemoryTransport({ schedule: (step) => steps.push(step) });
  const router = transport.open({ kind: 'router' });
  const dealer = transport.open({ kind: 'dealer', identity: 'd' });
  dealer.connect(await router.bind('tcp://127.0.0.1:0'));
  const heard: string[] = [];
  router.onMessages((batch) => heard.push(...batch.map(({ peer }) => peer)));
  dealer.send('', [new Uint8Array(1)]);
  await new Promise((done) => setTimeout(done, 5));
  expect(heard).toEqual([]);
  const closing = transport.close();
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) step();
  await closing;
  expect(heard).toEqual([]);
  expect(steps).toEqual([]);
});

test('a broken connection loses what is on its way, and is made again', async () => {
  const steps: (() => void)[] = [];
  const diallers = new Set<string | undefined>();
  const transport = createMemoryTransport({
    schedule(step, dialler) {
      steps.push(step);
      if (dialler) diallers.add(dialler.identity);
    },
  });
  function run(): void {
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) step();
  }
  const router = transport.open({ kind: 'router' });
  const [kept, broken] = ['kept', 'broken'].map((identity) => transport.open({ kind: 'dealer', identity }));
  const endpoint = await router.bind('tcp://127.0.0.1:0');
  for (const dealer of [kept!, broken!]) dealer.connect(endpoint);
  const heard: string[] = [];
  router.onMessages((batch) => {
    for (const { peer, frames } of batch) heard.push(`${peer} ${frames[0]!.length}`);
  });
  for (const dealer of [kept!, broken!]) dealer.onMessages((batch) => heard.push(`${batch.length} back`));
  run();
  expect([...diallers].sort()).toEqual(['broken', 'kept']);
  for (const dealer of [kept!, broken!]) for (const size of [1, 2, 3]) dealer.send('', [new Uint8Array(size)]);
  router.send('broken', [new Uint8Array(1)]);
  transport.breakLinks(
    ({ identity }) => identity === 'broken',
    (waiting) => waiting - 1,
  );
  router.send('broken', [new Uint8Array(1)]);
  run();
  expect(heard.sort()).toEqual(['broken 3', 'kept 1', 'kept 2', 'kept 3']);
  router.send('broken', [new Uint8Array(1)]);
  run();
  expect(heard.at(-1)).toBe('1 back');
});
