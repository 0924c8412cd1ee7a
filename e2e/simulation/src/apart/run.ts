// A run of a world of processes: some steps of it, then all is healed, and the verdict.

import { createVirtualTime } from '@muster/machine';
import type { JsonObject } from '@muster/protocol';
import { createDraw } from '../draws.ts';
import type { RunOptions, RunResult } from '../run.ts';
import { livingClients, takeStep } from './actions.ts';
import { installVirtualTimers } from './virtual-timers.ts';
import type { ApartWorld } from './world.ts';
import { createApartWorld } from './world.ts';

const second = 1_000_000;
const restLimitUs = 300 * second;
const firstEngines = 3;

export interface ApartOptions extends Omit<RunOptions, 'sabotage'> {
  /** The task scheduler takes over nothing: to show that the checks see it. */
  readonly forgetful?: boolean;
  /** All services are one process, killed and started again as a whole. */
  readonly whole?: boolean;
}

/** Nothing else may run in this process meanwhile: its timers go by virtual time. */
export async function runApart({
  seed,
  steps,
  show,
  forgetful = false,
  whole = false,
}: ApartOptions): Promise<RunResult> {
  const time = createVirtualTime();
  const restore = installVirtualTimers(time);
  const world = await createApartWorld({ seed, time, show, forgetful, whole });
  const { truth, story } = world;
  const verdict: Verdict = { lost: 0, undelivered: 0 };
  try {
    await start(world);
    await live(world, steps);
    await comeToRest(world);
    await judge(world, verdict);
  } catch (error) {
    truth.broken.push(`the run has thrown: ${(error as Error).stack}`);
  } finally {
    for (const process of world.processes) process.kill();
    restore();
  }
  return {
    ...{ seed, steps, broken: [...new Set(truth.broken)], story: story.lines, digest: story.digest() },
    counts: {
      ...{ engines: world.engines.length, tasks: truth.tasks.size, requests: truth.requests.size },
      restarts: story.lines.filter((line) => line.includes('starts again')).length,
      ...verdict,
    },
  };
}

/** Requests that nobody ever had on record, and results that were on record and did not reach their client. */
interface Verdict {
  lost: number;
  undelivered: number;
}

const areRunning = ({ processes }: ApartWorld): boolean => processes.every((process) => process.running);

async function start(world: ApartWorld): Promise<void> {
  for (const process of world.processes) void process.start();
  if (!(await world.runUntil(() => areRunning(world), restLimitUs))) throw new Error('not all services start');
}

async function live(world: ApartWorld, steps: number): Promise<void> {
  const draw = createDraw(world.random);
  world.startClient();
  for (let i = 0; i < firstEngines; i++) world.startEngine();
  await world.run(second);
  for (let step = 0; step < steps; step++) {
    await takeStep(world, draw);
    for (const process of world.processes)
      world.truth.broken.push(...process.invariants().map((what) => `task-scheduler: ${what}`));
  }
}

async function comeToRest(world: ApartWorld): Promise<void> {
  const { truth, story, processes, bus } = world;
  story.tell('world', 'heals');
  world.healed = true;
  bus.heal();
  await world.runUntil(() => areRunning(world), restLimitUs);
  for (const kernel of ['node', 'python']) world.startEngine(kernel);
  const left = (): string[] =>
    processes
      .filter(({ name }) => name !== 'heartmonitor')
      .flatMap((process) => process.leftovers().map((what) => `${process.name}: ${what}`));
  if (await world.runUntil(() => left().length === 0, restLimitUs)) story.tell('world', 'is at rest');
  else truth.broken.push(...left().map((what) => `never comes to rest: ${what}`));
  // What is on its way still arrives.
  await world.run(second);
}

/**
 * Nobody waits without an error: what has no answer is not pending. And there are no two truths about a task, unless what was
 * told of it was lost with whoever told it, while the hub was away.
 */
async function judge(world: ApartWorld, verdict: Verdict): Promise<void> {
  const { truth } = world;
  const ids = world.engines.flatMap(({ id }) => id ?? []);
  if (new Set(ids).size < ids.length) truth.broken.push(`numbers of engines were used twice: ${ids.join(', ')}`);
  const client = world.startClient();
  await world.run(second);
  const living = new Set(livingClients(world).map(({ session }) => session));
  const direct = [...truth.requests.values()].filter(({ what, failed }) => what === 'direct' && !failed);
  const tasks = [...truth.tasks.values()].map(({ spec, ...task }) => ({ ...task, msgId: spec.msgId }));
  const isDirect = new Set(direct.map(({ msgId }) => msgId));
  for (const { msgId, client: owner, answers } of [...tasks, ...direct]) {
    const say = (text: string): void => void truth.broken.push(`${msgId}: ${text}`);
    const endings = new Set(answers.map(ending));
    if (!world.doubles && endings.size > 1) say(`answered in different ways: ${[...endings].join(', ')}`);
    const reply = await ask(world, client, msgId);
    if (reply === undefined) say('the hub does not say what has become of it');
    else if (reply.status === 'ok' && (reply.pending as unknown[]).length > 0) say('is pending for ever');
    const isWaiting = answers.length === 0 && owner !== undefined && living.has(owner.session);
    const kept = (reply?.[msgId] as JsonObject | undefined)?.result_content as JsonObject | undefined;
    if (isWaiting) world.story.tell('judge', kept === undefined ? 'lost' : 'undelivered', { msgId });
    // Balanced tasks that no record tells of cannot be given up, for nobody knows of them.
    if (isWaiting && world.whole && isDirect.has(msgId)) say('its client waits for ever');
    if (isWaiting) verdict[kept === undefined ? 'lost' : 'undelivered']++;
    if (!world.doubles && kept && answers[0] && ending(kept) !== ending(answers[0]))
      say(`ended by ${ending(kept)} on record, its client got ${ending(answers[0])}`);
  }
}

const ending = ({ status, ename }: JsonObject): string => `${status} ${ename ?? ''}`.trim();

async function ask(world: ApartWorld, client: { ask(type: string, content: object): string }, msgId: string) {
  const { answers } = world.truth.queries.get(client.ask('result_request', { msg_ids: [msgId], status_only: false }))!;
  await world.runUntil(() => answers.length > 0, restLimitUs);
  return answers[0];
}
