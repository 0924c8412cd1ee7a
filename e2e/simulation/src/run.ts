// A run: a world from a seed, some steps of it, and the verdict.
import { takeStep } from './actions.ts';
import { judgeRequests } from './checks/requests.ts';
import { judgeTasks } from './checks/tasks.ts';
import { createDraw } from './draws.ts';
import { closeDown, comeToRest, questionHub } from './ending.ts';
import type { Sabotage } from './tap.ts';
import type { World } from './world.ts';
import { createWorld } from './world.ts';

export interface RunOptions {
  readonly seed: number;
  readonly steps: number;
  /** Each line of the story as it is told. */
  readonly show?: (line: string) => void;
  /** Makes the services look broken. */
  readonly sabotage?: Sabotage;
}

export interface RunResult {
  readonly seed: number;
  readonly steps: number;
  /** Rules that were broken; none: the run has passed. */
  readonly broken: readonly string[];
  readonly story: readonly string[];
  /** The same for the same seed and steps, as long as the code is the same. */
  readonly digest: string;
  /** What happened how often. */
  readonly counts: Readonly<Record<string, number>>;
}

const firstEngines = 4;

export async function runSeed({ seed, steps, show, sabotage }: RunOptions): Promise<RunResult> {
  const world = await createWorld({ seed, ...(show && { show }), ...(sabotage && { sabotage }) });
  const { truth, story } = world;
  try {
    await live(world, steps);
    await comeToRest(world);
    truth.broken.push(...judgeTasks(world), ...judgeRequests(truth));
    await questionHub(world);
    await closeDown(world);
  } catch (error) {
    truth.broken.push(`the run has thrown: ${(error as Error).stack}`);
  }
  return {
    ...{ seed, steps, broken: [...new Set(truth.broken)], story: story.lines },
    digest: story.digest(),
    counts: {
      engines: world.engines.length,
      tasks: truth.tasks.size,
      attempts: [...truth.tasks.values()].reduce((sum, { attempts }) => sum + attempts.length, 0),
      requests: truth.requests.size,
      questions: truth.queries.size,
    },
  };
}

async function live(world: World, steps: number): Promise<void> {
  const draw = createDraw(world.random);
  world.startClient();
  for (let i = draw.number(0, firstEngines); i > 0; i--) world.startEngine();
  for (let step = 0; step < steps; step++) {
    await takeStep(world, draw);
    world.truth.broken.push(...world.controller.invariants().map((what) => `task-scheduler: ${what}`));
  }
}
