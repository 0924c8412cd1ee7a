// Random lives: submissions with all kinds of wishes, engines that come, go and return, replies in any order. After each
// step all invariants hold (see the scene) and what was sent keeps the promises (see the model); in the end every task has
// been answered once and nothing is left.
import { seededRandom } from '@muster/machine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DependencyPlan, Model, TaskPlan } from '../testing/model.ts';
import { createModel, toMetadata } from '../testing/model.ts';
import type { Scene } from '../testing/scene.ts';
import { createScene } from '../testing/scene.ts';
import { leftovers } from './inspect.ts';
import { schemeNames } from './limits.ts';

const kernels = ['python', 'javascript'];

interface Life {
  readonly scene: Scene;
  readonly model: Model;
  readonly random: () => number;
  readonly engines: string[];
  /** Engines that have not answered a probe; empty in one process. */
  readonly unproven: Set<string>;
  readonly ids: string[];
  born: number;
}

const below = ({ random }: Life, n: number): number => Math.floor(random() * n);
const oneOf = <T>(life: Life, list: readonly T[]): T => list[below(life, list.length)]!;
const chance = (life: Life, p: number): boolean => life.random() < p;
const some = (life: Life, list: readonly string[], most: number): string[] =>
  Array.from({ length: 1 + below(life, most) }, () => oneOf(life, list));

function drawDependency(life: Life): DependencyPlan {
  const success = chance(life, 0.8);
  return {
    dependencies: some(life, life.ids, 4),
    all: chance(life, 0.6),
    success,
    failure: success ? chance(life, 0.3) : true,
  };
}

function submit(life: Life): void {
  const { scene, model, ids, engines } = life;
  const plan: TaskPlan = {
    ...(ids.length > 0 && chance(life, 0.3) && { after: drawDependency(life) }),
    ...(ids.length > 0 && chance(life, 0.25) && { follow: drawDependency(life) }),
    ...(engines.length > 0 && chance(life, 0.2) && { targets: some(life, engines, 3) }),
    ...(chance(life, 0.3) && { retries: below(life, 3) }),
    ...(chance(life, 0.2) && { timeout: life.random() * 3 }),
    ...(chance(life, 0.15) && { kernel: oneOf(life, kernels) }),
  };
  const msgId = `t${ids.length}`;
  ids.push(msgId);
  model.planned(msgId, plan);
  scene.submit(msgId, toMetadata(plan), { client: `c${below(life, 3)}` });
}

function register(life: Life): void {
  const { scene, model, engines } = life;
  const uuid = `e${life.born++}`;
  const kernel = oneOf(life, kernels);
  engines.push(uuid);
  model.registered(uuid, kernel);
  scene.register(uuid, { kernel });
  if (scene.state.terms.apart) life.unproven.add(uuid);
}

function prove(life: Life): void {
  const [uuid] = life.unproven;
  if (uuid === undefined) return;
  life.unproven.delete(uuid);
  life.scene.answerProbe(uuid);
}

/** An engine is drained, or may be given tasks again. */
function drain(life: Life, uuid: string | undefined, isDrained: boolean): void {
  if (uuid === undefined) return;
  life.model.drained(uuid, isDrained);
  life.scene.tell({ type: isDrained ? 'drain.started' : 'drain.ended', uuid });
}

function lose(life: Life): void {
  const { scene, model, engines } = life;
  if (engines.length === 0) return;
  const [uuid] = engines.splice(below(life, engines.length), 1);
  life.unproven.delete(uuid!);
  model.lost(uuid!);
  scene.lose(uuid!);
}

/** An engine answers, also a lost one within its grace. */
function answer(life: Life, pOk: number): void {
  const { scene, model } = life;
  const running = [...scene.state.tasks.values()].filter((task) => task.engine !== undefined);
  if (running.length === 0) return;
  const task = oneOf(life, running);
  const engine = task.engine!.uuid;
  const ok = chance(life, pOk);
  model.answering(task.msgId, engine, ok);
  const metadata = ok ? {} : { status: oneOf(life, ['error', 'aborted']), dependencies_met: chance(life, 0.7) };
  scene.answer(task.msgId, metadata);
}

function act(life: Life): void {
  const { scene, random } = life;
  const draw = random();
  if (draw < 0.36) submit(life);
  else if (draw < 0.38) prove(life);
  else if (draw < 0.4) drain(life, oneOf(life, life.engines), random() < 0.6);
  else if (draw < 0.5) register(life);
  else if (draw < 0.55) lose(life);
  else if (draw < 0.9) answer(life, 0.75);
  else if (draw < 0.92 && life.ids.length > 0) scene.answer(oneOf(life, life.ids), {}, { engine: 'a ghost' });
  else scene.advance(random() * 1000);
  life.model.check();
}

/** The hub knows no more engines than the scheduler. */
function checkTargets({ scene }: Life): void {
  const msgIds = [...scene.state.unsure.keys()].map(({ msgId }) => msgId);
  if (msgIds.length > 0) scene.tell({ type: 'targets.checked', msgIds });
}

/** Heals the world: engines of each kind come, nothing fails, until all has been answered. */
function finish(life: Life): void {
  for (const uuid of life.engines) drain(life, uuid, false);
  for (let round = 0; round < 1000 && life.model.open().length > 0; round++) {
    if (round % 20 === 0) for (let i = 0; i < 4; i++) register(life);
    prove(life);
    checkTargets(life);
    life.model.check();
    answer(life, 1);
    life.model.check();
    life.scene.advance(50);
    life.model.check();
  }
}

const lives = schemeNames
  .filter((name) => name !== 'pure')
  .flatMap((schemeName) =>
    [false, true].map((apart) => ({ schemeName, apart, where: apart ? 'apart' : 'in one process' })),
  );

test.each(lives)('$schemeName, $where: every promise is kept in random lives', ({ schemeName, apart }) => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 10, max: 250 }), (seed, hwm, steps) => {
      const scene = createScene({ schemeName, hwm, graceMs: 200 }, seed, { apart });
      const broken: string[] = [];
      const model = createModel(scene, (why) => broken.push(why));
      const random = seededRandom(seed);
      const life: Life = { scene, model, random, engines: [], unproven: new Set(), ids: [], born: 0 };
      for (let i = 0; i < steps && broken.length === 0; i++) act(life);
      finish(life);
      while (life.unproven.size > 0) prove(life);
      expect(broken).toEqual([]);
      expect(model.open()).toEqual([]);
      // Lost engines, and timers of those.
      scene.advance(1000);
      expect(leftovers(scene.state)).toEqual([]);
      expect(scene.timers).toBe(0);
    }),
    { numRuns: 40 },
  );
});
