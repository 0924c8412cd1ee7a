// What can happen in a step of a world of processes.
import type { Draw } from '../draws.ts';
import { drawTask } from '../draws.ts';
import type { ModelClient } from '../model-client.ts';
import type { ModelEngine } from '../model-engine.ts';
import type { Process } from './process.ts';
import type { ApartWorld } from './world.ts';

interface Step {
  readonly world: ApartWorld;
  readonly draw: Draw;
  readonly client: ModelClient;
}

const mostEngines = 6;
const mostClients = 3;

const actions: readonly (readonly [weight: number, action: (step: Step) => void])[] = [
  [40, submitTasks],
  [10, requestDirect],
  [5, startEngine],
  [2, endEngine],
  [1, changeClient],
  [3, killService],
  [1, stopService],
];
const total = actions.reduce((sum, [weight]) => sum + weight, 0);

export async function takeStep(world: ApartWorld, draw: Draw): Promise<void> {
  const step = { world, draw, client: draw.pick(livingClients(world)) };
  let left = draw.number(0, total - 1);
  for (const [weight, action] of actions) {
    left -= weight;
    if (left >= 0) continue;
    action(step);
    break;
  }
  const kind = draw.number(0, 9);
  await world.run(draw.number(0, kind < 5 ? 5000 : kind < 9 ? 60_000 : 1_200_000));
}

export const livingClients = (world: ApartWorld): ModelClient[] => world.clients.filter(({ gone }) => !gone);
const livingEngines = (world: ApartWorld): ModelEngine[] => world.engines.filter(({ living }) => living);

function submitTasks({ world, draw, client }: Step): void {
  const count = draw.chance(0.8) ? 1 : draw.number(2, 15);
  for (let i = 0; i < count; i++) client.submitTask(drawTask(world, draw, client));
}

function requestDirect({ draw, client }: Step): void {
  const uuids = [...client.engines.values()];
  if (uuids.length > 0) client.request('direct', draw.pick(uuids));
}

function startEngine({ world, draw }: Step): void {
  if (livingEngines(world).length < mostEngines) world.startEngine(draw.chance(0.8) ? 'node' : 'python');
}

function endEngine({ world, draw }: Step): void {
  const living = livingEngines(world);
  if (living.length === 0) return;
  if (draw.chance(0.5)) draw.pick(living).leave();
  else draw.pick(living).crash({ hasNanny: draw.chance(0.6), lossy: draw.chance(0.5) });
}

function changeClient({ world, draw, client }: Step): void {
  if (livingClients(world).length < mostClients) world.startClient();
  if (!draw.chance(0.3) || livingClients(world).length < 2) return;
  world.story.tell('client', 'vanishes', { session: client.session });
  client.vanish();
}

/** Until the hub has stored what was told while it was away, or just before its teller went. */
const caughtUpUs = 2_500_000;

/** Those that may go: what a service has told is lost for good when it and the hub go together. */
function mortals({ processes, time, doubles }: ApartWorld): Process[] {
  const isSettled = ({ running, sinceUs }: Process): boolean => running && time.nowUs - sinceUs > caughtUpUs;
  const mayGo = (process: Process): boolean => {
    if (doubles || process.name === 'heartmonitor') return true;
    const others = process.name === 'hub' ? ['relay', 'task-scheduler'] : ['hub'];
    return processes.filter(({ name }) => others.includes(name)).every(isSettled);
  };
  return processes.filter((process) => process.running && mayGo(process));
}
const awayUs = (draw: Draw): number => draw.number(10_000, draw.chance(0.8) ? 500_000 : 5_000_000);

function startAgain(world: ApartWorld, process: Process, us: number): void {
  world.time.at(world.time.nowUs + us, () => {
    world.story.tell(process.name, 'starts again');
    process.start().catch((error: Error) => world.truth.broken.push(`${process.name} does not start: ${error.stack}`));
  });
}

function killService({ world, draw }: Step): void {
  const processes = mortals(world);
  if (processes.length === 0) return;
  const process = draw.pick(processes);
  const us = awayUs(draw);
  world.story.tell(process.name, 'is killed', { awayUs: us });
  process.kill();
  startAgain(world, process, us);
}

function stopService({ world, draw }: Step): void {
  const processes = mortals(world);
  if (processes.length === 0) return;
  const process = draw.pick(processes);
  const us = awayUs(draw);
  world.story.tell(process.name, 'is stopped', { awayUs: us });
  process.stop().then(
    () => startAgain(world, process, us),
    (error: Error) => world.truth.broken.push(`${process.name} does not stop: ${error.stack}`),
  );
}
