// Direct requests that were lost on their way, in the sockets of a relay that was killed: no engine will answer them. Engines
// work in order, so one that answers a request of the relay's own has answered all that reached it before; what is missing then
// was lost, and its client is told.
import type { FactOf } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import { checkHeader, type Header } from '@muster/protocol';
import type { Found } from '@muster/task-store';
import type { Out } from './effects.ts';
import type { StoreAnswer } from './events.ts';
import type { HubState, LostAsk } from './state.ts';
import { giveUp } from './stranded.ts';

export const probeTimer = 'probe';
export const probeAgainTimer = 'probe again';
const mostDoublings = 20;

/** Peers of a new relay need a moment to be connected again. */
export function probeSoon(state: HubState, inputs: Inputs, out: Out): void {
  out.setTimer(probeTimer, inputs.nowUs + state.settings.probeSettleMs * 1000);
}

export function onServiceStarted(
  state: HubState,
  { service }: FactOf<'service.started'>,
  inputs: Inputs,
  out: Out,
): void {
  if (service === 'relay') probeSoon(state, inputs, out);
}

export function onProbeTimer(state: HubState, inputs: Inputs, out: Out): void {
  state.probes.clear();
  for (const { uuid, queue } of state.engines.values()) {
    if (queue.size === 0) continue;
    const probe = inputs.newId();
    state.probes.set(uuid, { probe, msgIds: [...queue] });
    out.send({ type: 'fact.publish', fact: { type: 'direct.probe', engineUuid: uuid, probe } });
  }
  state.probeAgainMs = state.settings.probeAgainMs;
  if (state.probes.size > 0) out.setTimer(probeAgainTimer, inputs.nowUs + state.probeAgainMs * 1000);
}

/** A probe, or its answer, may be lost, too; or the engine has not come to it yet. */
export function onProbeAgain(state: HubState, inputs: Inputs, out: Out): void {
  for (const [uuid, { probe, msgIds }] of state.probes) {
    const queue = state.byUuid.get(uuid)?.queue;
    if (queue === undefined || !msgIds.some((msgId) => queue.has(msgId))) state.probes.delete(uuid);
    else out.send({ type: 'fact.publish', fact: { type: 'direct.probe', engineUuid: uuid, probe } });
  }
  state.probeAgainMs = Math.min(state.probeAgainMs * 2, mostDoublings * state.settings.probeAgainMs);
  if (state.probes.size > 0) out.setTimer(probeAgainTimer, inputs.nowUs + state.probeAgainMs * 1000);
}

export function onProbed(state: HubState, { engineUuid, probe }: FactOf<'direct.probed'>, out: Out): void {
  const known = state.probes.get(engineUuid);
  const engine = state.byUuid.get(engineUuid);
  if (known?.probe !== probe || engine === undefined) return;
  state.probes.delete(engineUuid);
  if (state.probes.size === 0) out.clearTimer(probeAgainTimer);
  const msgIds = known.msgIds.filter((msgId) => engine.queue.has(msgId));
  if (msgIds.length === 0) return;
  const fields = { engineId: engine.id, engineUuid, requests: msgIds.length };
  out.send({ type: 'note', level: 'warn', what: 'direct requests were lost on their way', fields });
  // Who sent them is in their records.
  const askId = state.nextAskId++;
  state.asks.set(askId, { type: 'lost', engineUuid, msgIds });
  out.send({ type: 'store.ask', askId, question: { type: 'find', msgIds } });
}

export function onLostFound(state: HubState, ask: LostAsk, answer: StoreAnswer, inputs: Inputs, out: Out): void {
  const { engineUuid, msgIds } = ask;
  const found = answer.type === 'found' ? answer.found : [];
  for (const [i, msgId] of msgIds.entries()) {
    // Its answer may have come meanwhile, or the engine may be gone.
    if (!state.byUuid.get(engineUuid)?.queue.has(msgId)) continue;
    const why = `Request '${msgId}' was lost on its way to engine ${engineUuid} and back; send it again`;
    const reply = giveUp(state, engineUuid, msgId, why, inputs, out);
    const parent = headerOf(found[i]);
    if (parent !== undefined) out.send({ type: 'request.fail', engineUuid, parent, ...reply });
  }
}

function headerOf(found: Found | undefined): Header | undefined {
  if (found === undefined || 'missing' in found || found.record.header === null) return undefined;
  try {
    return checkHeader(found.record.header);
  } catch {
    return undefined;
  }
}
