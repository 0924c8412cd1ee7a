import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Simulation } from './testing/simulation.ts';
import { createSimulation } from './testing/simulation.ts';

/** What chaos does; `n` chooses among what is there. */
type Happening = readonly [what: keyof typeof happenings, n: number];

const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % Math.max(1, list.length)];

const happenings = {
  step: (sim: Simulation) => void sim.step(),
  killed: (sim: Simulation, n: number) => void sim.step(n % 6),
  restart: (sim: Simulation) => sim.restart(),
  call: (sim: Simulation, n: number) => sim.finishCall(n % Math.max(1, sim.pending.length)),
  poll: (sim: Simulation) => sim.poll(),
  hub: (sim: Simulation) => sim.hearHub(),
  advance: (sim: Simulation, n: number) => sim.advance(n * 97),
  scale(sim: Simulation, n: number) {
    sim.spec.engines = n % 8;
    sim.spec.generation++;
  },
  template(sim: Simulation, n: number) {
    sim.spec.template = 'abc'[n % 3]!;
    sim.spec.generation++;
  },
  slots(sim: Simulation, n: number) {
    sim.spec.slots = n % 10;
  },
  move(sim: Simulation, n: number) {
    const it = pick(sim.stored.status.launches, n);
    if (it) sim.moved.add(it.id);
  },
  run(sim: Simulation, n: number) {
    const it = pick(
      sim.everybody().filter(({ process }) => process.state === 'queued'),
      n,
    );
    if (it) it.process.state = 'running';
  },
  register(sim: Simulation, n: number) {
    const it = pick(
      sim.everybody().filter(({ process }) => process.state === 'running'),
      n,
    );
    if (it) it.process.registered = true;
  },
  crash(sim: Simulation, n: number) {
    const it = pick(sim.everybody(), n);
    if (it)
      Object.assign(it.process, { state: 'ended', registered: n % 2 === 0 && it.process.registered, busy: false });
  },
  vanish(sim: Simulation, n: number) {
    const it = pick([...sim.machines.keys()], n);
    if (it !== undefined && n % 5 === 0) sim.machines.delete(it);
  },
  lost(sim: Simulation, n: number) {
    const it = pick(sim.everybody(), n);
    if (it) it.process.registered = false;
  },
  work(sim: Simulation, n: number) {
    const it = pick(
      sim.everybody().filter(({ process }) => process.registered && !process.drained),
      n,
    );
    if (it) it.process.busy = true;
  },
  rest(sim: Simulation, n: number) {
    const it = pick(sim.everybody(), n);
    if (it) it.process.busy = false;
  },
  weather(sim: Simulation, n: number) {
    const names = ['submitFails', 'removeFails', 'hubAway', 'schedulerAway'] as const;
    const name = names[n % 4]!;
    sim.weather[name] = !sim.weather[name];
  },
} satisfies Record<string, (sim: Simulation, n: number) => void>;

/** All works again, and time goes on. */
function heal(sim: Simulation): void {
  Object.assign(sim.weather, { submitFails: false, removeFails: false, hubAway: false, schedulerAway: false });
  for (let round = 0; round < 100 && !sim.stored.released; round++) {
    while (sim.pending.length > 0) sim.finishCall(0);
    for (const { process } of sim.everybody()) {
      process.busy = false;
      if (process.state === 'queued') process.state = 'running';
      process.registered = process.state === 'running';
    }
    sim.poll();
    sim.hearHub();
    const effects = sim.step();
    if (effects.length === 0 && sim.pending.length === 0 && round > 3) return;
    const due = effects.find((effect) => effect.type === 'requeue');
    sim.advance(Math.max(1000, due?.afterMs ?? 0));
  }
}

const changing = (type: string): boolean => type !== 'requeue' && !type.startsWith('engines.');

function expectSettled(sim: Simulation): void {
  const { spec, stored } = sim;
  const wanted = sim.everybody().filter(({ process }) => process.state === 'running');
  expect(wanted.length, 'engines that run').toBe(spec.engines);
  expect(stored.status).toMatchObject({ desired: spec.engines, registered: spec.engines, launched: spec.engines });
  expect(stored.status.launches.every(({ templateHash }) => templateHash === spec.template)).toBe(true);
  expect(stored.status.launches.filter(({ id }) => sim.moved.has(id))).toEqual([]);
  expect(stored.status.conditions.map(({ type, status }) => `${type} ${status}`)).toEqual([
    'Ready True',
    'Launched True',
    'Draining False',
  ]);
  expect(wanted.filter(({ process }) => process.drained)).toEqual([]);
  expect(sim.step().filter(({ type }) => type !== 'requeue')).toEqual([]);
}

const systems = fc.record({
  engines: fc.nat(6),
  maxEngines: fc.constantFrom(1, 1, 3, 64),
  slots: fc.integer({ min: 1, max: 9 }),
  tellsEach: fc.boolean(),
});
const life = fc.array(
  fc.tuple(
    fc.constantFrom(...(Object.keys(happenings) as (keyof typeof happenings)[]), 'step', 'call', 'poll', 'hub'),
    fc.nat(1000),
  ),
  { maxLength: 120 },
) as fc.Arbitrary<Happening[]>;

function live(sim: Simulation, events: readonly Happening[]): void {
  for (const [what, n] of events) {
    sim.log.push(`-- ${what} ${n}`);
    happenings[what](sim, n);
    if (sim.violations.length > 0) throw new Error(`${sim.violations}\n${sim.log.join('\n')}`);
  }
}

test('whatever happens: nothing runs unrecorded, nobody is stopped at work, and in the end all is as it should be', () => {
  fc.assert(
    fc.property(systems, life, (system, events) => {
      const sim = createSimulation(system);
      live(sim, events);
      sim.spec.slots = 100;
      heal(sim);
      if (sim.violations.length > 0) throw new Error(`${sim.violations}\n${sim.log.join('\n')}`);
      try {
        expectSettled(sim);
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${sim.log.join('\n')}`);
      }
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('a profile that is deleted at any moment leaves nothing', () => {
  fc.assert(
    fc.property(systems, life, life, (system, before, after) => {
      const sim = createSimulation(system);
      live(sim, before);
      sim.stored.deleting = true;
      live(
        sim,
        after.filter(([what]) => what !== 'scale' && what !== 'template'),
      );
      heal(sim);
      expect([...sim.machines.keys()]).toEqual([]);
      expect(sim.stored.held).toBe(false);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('reconciled twice, nothing is done twice', () => {
  fc.assert(
    fc.property(systems, life, (system, events) => {
      const sim = createSimulation(system);
      live(sim, events);
      sim.step();
      const again = sim.step();
      expect(again.filter(({ type }) => changing(type))).toEqual([]);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test.each(['submitFails', 'endsEarly'] as const)(
  'for ever trouble (%s) is no hot loop, and does not pile up',
  (name) => {
    const sim = createSimulation({ engines: 3, maxEngines: 1, slots: 100, tellsEach: true });
    sim.weather[name] = true;
    let submits = 0;
    const tenMinutes = sim.nowMs + 600_000;
    while (sim.nowMs < tenMinutes) {
      while (sim.pending.length > 0) sim.finishCall(0);
      for (const { process } of sim.everybody()) process.state = 'ended';
      sim.poll();
      sim.hearHub();
      submits += sim.step().filter(({ type }) => type === 'launch.submit').length;
      sim.advance(500);
      expect(sim.stored.status.launches.length).toBeLessThanOrEqual(3);
    }
    expect(submits / 3).toBeGreaterThan(8);
    expect(submits / 3).toBeLessThan(20);
  },
);
