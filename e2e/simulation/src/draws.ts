// Random tasks.
import type { ModelClient } from './model-client.ts';
import type { TaskSpec, Truth, Wanted } from './truth.ts';

export interface Draw {
  chance(probability: number): boolean;
  /** A whole number from `from` to `to`. */
  number(from: number, to: number): number;
  /** One of a list that is not empty. */
  pick<T>(from: readonly T[]): T;
  /** Up to `count` different ones. */
  some<T>(from: readonly T[], count: number): T[];
}

export function createDraw(random: () => number): Draw {
  const number = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(from: readonly T[]): T => from[number(0, from.length - 1)]!;
  return {
    chance: (probability) => random() < probability,
    number,
    pick,
    some: (from, count) =>
      from.length === 0 ? [] : [...new Set(Array.from({ length: number(1, count) }, () => pick(from)))],
  };
}

export function drawTask(world: { readonly truth: Truth }, draw: Draw, client: ModelClient): TaskSpec {
  const msgId = client.nextId();
  const uuids = [...client.engines.values()];
  const spec: TaskSpec = {
    msgId,
    after: draw.chance(0.2) ? drawWanted(world, draw, client) : undefined,
    follow: draw.chance(0.12) ? drawWanted(world, draw, client) : undefined,
    targets: draw.chance(0.15) ? draw.some([...uuids, ...uuids, 'nobody'], 3) : [],
    kernel: draw.chance(0.05) ? draw.pick(['node', 'python']) : undefined,
    retries: draw.chance(0.6) ? 0 : draw.number(1, 3),
    timeoutMs: draw.chance(0.7) ? 0 : draw.number(50, 2000),
  };
  return draw.chance(0.04) ? { ...spec, invalid: drawInvalid(draw, msgId) } : spec;
}

/** On tasks that the scheduler knows by the time it gets this one. */
function drawWanted(world: { readonly truth: Truth }, draw: Draw, client: ModelClient): Wanted | undefined {
  const recent = [...world.truth.tasks.values()]
    .slice(-60)
    .filter(({ accepted, client: owner }) => accepted !== undefined && owner !== undefined);
  const known = [...recent.map(({ spec }) => spec.msgId), ...client.submitted.slice(-10)];
  const dependencies = draw.some(known, 3);
  if (dependencies.length === 0) return undefined;
  const [success, failure] = draw.pick([
    [true, false],
    [true, false],
    [true, true],
    [false, true],
  ] as const);
  return { dependencies, all: draw.chance(0.7), success, failure };
}

const drawInvalid = (draw: Draw, msgId: string): object =>
  draw.pick([
    { after: [msgId] },
    { follow: ['a-task-that-never-was'] },
    { after: { dependencies: ['x'], success: false, failure: false } },
    { after: 7 },
    { follow: [3] },
    { targets: [5] },
    { targets: 'all' },
    { retries: 'often' },
    { timeout: 'soon' },
    { kernel: 9 },
  ]);
