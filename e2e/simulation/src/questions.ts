// Random questions of clients to the hub; each must be answered once, whatever it asks.
import type { Draw } from './draws.ts';
import type { ModelClient } from './model-client.ts';
import type { World } from './world.ts';

interface Asking {
  readonly draw: Draw;
  readonly client: ModelClient;
  /** Some ids of tasks and direct requests, and one that never was. */
  readonly msgIds: string[];
  readonly engineIds: number[];
  readonly uuids: string[];
}
type Question = (asking: Asking) => readonly [msgType: string, content: object];

const questions: readonly Question[] = [
  ({ draw, engineIds, uuids }) => [
    'queue_request',
    { targets: draw.pick([null, 999, engineIds, uuids, [], 'x', ...engineIds]), verbose: draw.chance(0.5) },
  ],
  ({ engineIds }) => ['load_request', { targets: engineIds }],
  ({ draw, msgIds }) => ['result_request', { msg_ids: msgIds, status_only: draw.chance(0.5) }],
  ({ draw, msgIds }) => ['result_request', { msg_ids: msgIds.slice(0, 1), status_only: draw.chance(0.5) }],
  () => ['history_request', {}],
  ({ draw, msgIds }) => [
    'db_request',
    {
      query: draw.pick([{}, { completed: null }, { msg_id: { $in: msgIds } }, { msg_id: { $bad: 1 } }]),
      keys: draw.pick([null, ['msg_id', 'completed'], ['buffers', 'result_buffers'], ['nonsense']]),
    },
  ],
  ({ draw, msgIds, engineIds }) => [
    'purge_request',
    { msg_ids: draw.pick<unknown>([msgIds, 'all', []]), engine_ids: draw.pick([[], engineIds.slice(0, 1), [999]]) },
  ],
  ({ msgIds }) => ['resubmit_request', { msg_ids: msgIds.slice(0, 2) }],
  ({ msgIds }) => ['resubmit_request', { msg_ids: msgIds.slice(0, 1) }],
  () => ['connection_request', {}],
  // Engines that will never be heard of again: one that registers time and again, others that ask for a number.
  ({ client }) => ['registration_request', { uuid: `ghost-of-${client.session}` }],
  ({ client, engineIds }) => ['registration_request', { uuid: `ghost-${client.nextId()}`, id: engineIds[0] ?? 3 }],
  ({ draw }) => [draw.pick(['nonsense_request', 'result_request', 'queue_request', '']), { targets: {}, msg_ids: 5 }],
];

export function askSomething(world: World, draw: Draw, client: ModelClient): void {
  const { tasks, requests } = world.truth;
  const known = [...tasks.keys()].slice(-80).concat([...requests.keys()].slice(-20), 'a-task-that-never-was');
  const engineIds = draw.some([...client.engines.keys()], 3);
  const uuids = draw.some([...client.engines.values()], 3);
  const asking = { draw, client, msgIds: draw.some(known, 3), engineIds, uuids };
  const [msgType, content] = draw.pick(questions)(asking);
  client.ask(msgType, content);
}
