// A hub that follows another takes over its engines and its unfinished requests. Nobody is notified: clients know the engines,
// and each of them has as long to beat as if it had just been registered.
import type { EngineRef } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import type { StoredEngine } from '@muster/task-store';
import { beginEarlyNews } from './early-news.ts';
import type { Out } from './effects.ts';
import { saveEngines } from './engine-state.ts';
import type { HubEvent, UnfinishedTask } from './events.ts';
import { addPending } from './pending.ts';
import { probeSoon } from './probing.ts';
import { replyTypeOf } from './records.ts';
import { awaitFirstBeat } from './registration.ts';
import type { Engine, HubState } from './state.ts';
import { createEngine } from './state.ts';
import { strand, unknownId } from './stranded.ts';

export function onRestored(
  state: HubState,
  { stored, tasks }: Extract<HubEvent, { type: 'hub.restored' }>,
  inputs: Inputs,
  out: Out,
): void {
  state.nextId = Math.max(state.nextId, stored.nextId);
  for (const engine of stored.engines) takeEngine(state, engine, inputs, out);
  state.hadRelay = stored.engines.length > 0;
  takeTasks(state, tasks, inputs, out);
  beginEarlyNews(state, stored.departed ?? [], inputs, out);
  saveEngines(out);
  const { engines, registering, lost, pending } = state;
  const fields = { engines: engines.size, registering: registering.size, lost: lost.size, requests: pending.size };
  out.send({ type: 'note', level: 'info', what: 'taken over from the hub before', fields });
}

function takeEngine(state: HubState, { status, ...stored }: StoredEngine, inputs: Inputs, out: Out): void {
  const ref: EngineRef = stored;
  if (status === 'registering') return awaitFirstBeat(state, ref, inputs, out);
  const engine = createEngine(ref, state.settings, true);
  if (status === 'lost') return void state.lost.set(ref.uuid, engine);
  state.engines.set(ref.id, engine);
  state.byUuid.set(ref.uuid, engine);
  out.send({ type: 'fact.publish', fact: { type: 'engine.registered', engine: ref } });
}

function takeTasks(state: HubState, tasks: readonly UnfinishedTask[], inputs: Inputs, out: Out): void {
  const gone = new Map<string, Engine>();
  function goneEngine(uuid: string): Engine {
    const engine =
      gone.get(uuid) ?? state.lost.get(uuid) ?? createEngine({ id: unknownId, uuid, kernel: '' }, state.settings);
    gone.set(uuid, engine);
    return engine;
  }
  for (const { msgId, queue, msgType, engineUuid } of tasks) {
    const known = engineUuid === null ? undefined : state.byUuid.get(engineUuid);
    const engine = known ?? (queue === 'mux' ? goneEngine(engineUuid ?? '') : null);
    addPending(state, msgId, { queue, replyType: replyTypeOf(msgType), engine }, out);
  }
  for (const engine of gone.values()) strand(state, engine, inputs, out);
  if ([...state.engines.values()].some(({ queue }) => queue.size > 0)) probeSoon(state, inputs, out);
}
