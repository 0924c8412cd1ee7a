// What can happen in a step of a world.
import { encodeText } from '@muster/protocol';
import type { Draw } from './draws.ts';
import { drawTask } from './draws.ts';
import type { ClientSocket, ModelClient } from './model-client.ts';
import type { Babbling, ModelEngine } from './model-engine.ts';
import { askSomething } from './questions.ts';
import type { World } from './world.ts';

interface Step {
  readonly world: World;
  readonly draw: Draw;
  readonly client: ModelClient;
}
type Action = (step: Step) => void;

const mostEngines = 8;
const mostClients = 3;
const sockets: readonly ClientSocket[] = ['query', 'mux', 'task', 'broadcast', 'control'];
const outlets: readonly Babbling[] = ['task', 'mux', 'broadcast', 'iopub', 'pong', 'registration'];

/** Actions with their weights. */
const actions: readonly (readonly [weight: number, action: Action])[] = [
  [30, submitTasks],
  [10, requestDirect],
  [5, broadcast],
  [12, (step) => askSomething(step.world, step.draw, step.client)],
  [3, abortTasks],
  [5, ({ world, draw }) => startEngine(world, draw)],
  [2, crash],
  [1, leave],
  [1, shutDown],
  [2, freeze],
  [2, cut],
  [1, changeClient],
  [2, disturb],
];
const total = actions.reduce((sum, [weight]) => sum + weight, 0);

/** One step: something happens, and time passes. */
export async function takeStep(world: World, draw: Draw): Promise<void> {
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

const livingClients = (world: World): ModelClient[] => world.clients.filter(({ gone }) => !gone);
export const livingEngines = (world: World): ModelEngine[] => world.engines.filter(({ living }) => living);

function submitTasks({ world, draw, client }: Step): void {
  const count = draw.chance(0.8) ? 1 : draw.number(2, 20);
  for (let i = 0; i < count; i++) client.submitTask(drawTask(world, draw, client));
}

function requestDirect({ draw, client }: Step): void {
  const uuids = [...client.engines.values()];
  if (uuids.length > 0) client.request('direct', draw.pick(uuids));
}

function broadcast({ draw, client }: Step): void {
  const known = [...client.engines].map(([id, uuid]) => [uuid, id] as const);
  if (known.length > 0) client.broadcast(draw.chance(0.5) ? known : draw.some(known, 4), draw.chance(0.5));
}

function abortTasks({ draw, client }: Step): void {
  const uuids = [...client.engines.values()];
  if (uuids.length === 0) return;
  const msg_ids = draw.chance(0.3) ? [] : client.submitted.slice(-draw.number(1, 10));
  client.request('control', draw.pick(uuids), 'abort_request', { msg_ids });
}

function startEngine(world: World, draw: Draw): void {
  if (livingEngines(world).length < mostEngines) world.startEngine(draw.chance(0.8) ? 'node' : 'python');
}

function crash({ world, draw }: Step): void {
  const living = livingEngines(world);
  if (living.length > 0) draw.pick(living).crash({ hasNanny: draw.chance(0.6), lossy: draw.chance(0.5) });
}

function leave({ world, draw }: Step): void {
  const living = livingEngines(world);
  if (living.length > 0) draw.pick(living).leave();
}

/** Told to by a client. */
function shutDown({ draw, client }: Step): void {
  const uuids = [...client.engines.values()];
  if (uuids.length > 1) client.request('control', draw.pick(uuids), 'shutdown_request', { restart: false });
}

/** Time from the last answer to a ping until an engine is given up, and somewhat more. */
const forgivenUs = ({ settings }: World): number =>
  (settings.heartbeat.maxMisses + 3) * settings.heartbeat.periodMs * 1000;

/** A process that is stopped for a while, shorter or longer than is forgiven. Nothing is lost by that. */
function freeze({ world, draw }: Step): void {
  const living = livingEngines(world);
  if (living.length === 0) return;
  const { uuid } = draw.pick(living);
  const us = draw.number(1000, 2 * forgivenUs(world));
  world.story.tell('engine', 'freezes', { uuid, us });
  world.network.hold(uuid, world.time.nowUs + us);
}

/** Connections that break and are made again; longer than is forgiven, for ZeroMQ does not repair what a shorter one loses. */
function cut({ world, draw }: Step): void {
  const living = livingEngines(world).filter(({ id }) => id !== undefined);
  if (living.length === 0) return;
  const { uuid } = draw.pick(living);
  const us = forgivenUs(world) + draw.number(0, 2_000_000);
  world.story.tell('engine', 'is cut off', { uuid, us });
  world.network.cut(uuid, world.time.nowUs + us);
}

/** A client goes in the middle of everything; or one more comes. */
function changeClient({ world, draw, client }: Step): void {
  if (draw.chance(0.5)) {
    if (livingClients(world).length < mostClients) world.startClient();
    return;
  }
  world.story.tell('client', 'vanishes', { session: client.session });
  client.vanish();
  world.startClient();
}

/** Messages that are sent twice, and garbage. */
function disturb({ world, draw, client }: Step): void {
  const living = livingEngines(world);
  const engine = living.length > 0 ? draw.pick(living) : undefined;
  // The relay mirrors mux and control unread (§2.2): what it cannot pass on it refuses each time anew.
  if (draw.chance(0.4)) client.replay(draw.pick(['query', 'task', 'broadcast']));
  else if (engine === undefined || draw.chance(0.5))
    client.sendRaw(draw.pick(sockets), drawGarbage(draw, engine?.uuid));
  else engine.babble(draw.pick(outlets), drawGarbage(draw, 'nobody'));
}

function drawGarbage(draw: Draw, peer = 'nobody'): Uint8Array[] {
  const start = draw.pick([
    [],
    ['x'],
    [''],
    [peer],
    ['<IDS|MSG>'],
    [peer, '<IDS|MSG>'],
    [peer, '<IDS|MSG>', 'a', '{}', '{}', '{}', '{}'],
  ]);
  const more = Array.from({ length: draw.number(0, 6) }, () => draw.pick(['{}', '{"a":', '[]', '']));
  return [...start, ...more].map(encodeText);
}
