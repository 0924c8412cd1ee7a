// Direct requests that were lost on their way, in the sockets of a relay that was killed: no engine will answer them. Engines
// work in order, so one that answers a request of the relay's own has answered all that reached it before; what is missing then
// was lost, and its client is told.
// Requests may also be lost that the hub has never heard of, broadcasts among them. Only clients know of these, and there is
// one thing that makes every client give up what it waits for: that its engine goes (§4.8). So engines that were there before
// the relay are announced to clients as gone and back, once all that is known of is settled.
import type { FactOf } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import { checkHeader, type Header } from '@muster/protocol';
import type { Found } from '@muster/task-store';
import { askStore } from './asks.ts';
import type { Out } from './effects.ts';
import type { StoreAnswer } from './events.ts';
import { waitsIn } from './pending.ts';
import type { Engine, HubState, LostAsk } from './state.ts';
import { giveUp } from './stranded.ts';
import { idsOf } from './task-list.ts';

export const probeTimer = 'probe';
export const probeAgainTimer = 'probe again';
const mostDoublings = 20;

const renewTimer = 'renew/';
/** Errors that go by the relay come first: they say more. */
const renewAfterUs = 500_000;

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
  if (service !== 'relay') return;
  // The first relay of a cluster follows no other.
  if (state.hadRelay) for (const uuid of state.byUuid.keys()) state.renewing.add(uuid);
  state.hadRelay = true;
  probeSoon(state, inputs, out);
}

export const isRenewTimer = (id: string): boolean => id.startsWith(renewTimer);

/** Clients would also give up what the engine works on now, so a moment is waited for in which it does not. */
export function onRenewTimer(state: HubState, id: string, inputs: Inputs, out: Out): void {
  const engine = state.byUuid.get(id.slice(renewTimer.length));
  if (engine === undefined || !state.renewing.has(engine.uuid)) return;
  if (engine.queue.size > 0) out.setTimer(id, inputs.nowUs + renewAfterUs);
  else renew(state, engine, out);
}

function renew(state: HubState, { id, uuid, kernel }: Engine, out: Out): void {
  if (!state.renewing.delete(uuid)) return;
  const notify = (msgType: string, content: object): void =>
    out.send({ type: 'clients.notify', msgType, parent: {}, content });
  notify('unregistration_notification', { id, uuid });
  notify('registration_notification', { id, uuid, kernel });
}

export function onProbeTimer(state: HubState, inputs: Inputs, out: Out): void {
  state.probes.clear();
  for (const engine of state.engines.values()) {
    const { uuid, queue } = engine;
    if (queue.size === 0 && !(state.renewing.has(uuid) && state.settings.probesIdle)) {
      renew(state, engine, out);
      continue;
    }
    const probe = inputs.newId();
    state.probes.set(uuid, { probe, msgIds: idsOf(queue) });
    out.send({ type: 'fact.publish', fact: { type: 'direct.probe', engineUuid: uuid, probe } });
  }
  state.probeAgainMs = state.settings.probeAgainMs;
  if (state.probes.size > 0) out.setTimer(probeAgainTimer, inputs.nowUs + state.probeAgainMs * 1000);
}

/** A probe, or its answer, may be lost, too; or the engine has not come to it yet. */
export function onProbeAgain(state: HubState, inputs: Inputs, out: Out): void {
  for (const [uuid, { probe, msgIds }] of state.probes) {
    const queue = state.byUuid.get(uuid)?.queue;
    if (queue === undefined) state.probes.delete(uuid);
    // When all has been answered, only that it is to be announced anew needs the engine to come to the probe.
    else if (!state.renewing.has(uuid) && !msgIds.some((msgId) => waitsIn(state, queue, msgId)))
      state.probes.delete(uuid);
    else out.send({ type: 'fact.publish', fact: { type: 'direct.probe', engineUuid: uuid, probe } });
  }
  state.probeAgainMs = Math.min(state.probeAgainMs * 2, mostDoublings * state.settings.probeAgainMs);
  if (state.probes.size > 0) out.setTimer(probeAgainTimer, inputs.nowUs + state.probeAgainMs * 1000);
}

export function onProbed(
  state: HubState,
  { engineUuid, probe }: FactOf<'direct.probed'>,
  inputs: Inputs,
  out: Out,
): void {
  const known = state.probes.get(engineUuid);
  const engine = state.byUuid.get(engineUuid);
  if (known?.probe !== probe || engine === undefined) return;
  state.probes.delete(engineUuid);
  if (state.probes.size === 0) out.clearTimer(probeAgainTimer);
  if (state.renewing.has(engineUuid)) out.setTimer(renewTimer + engineUuid, inputs.nowUs + renewAfterUs);
  const msgIds = known.msgIds.filter((msgId) => waitsIn(state, engine.queue, msgId));
  if (msgIds.length === 0) return;
  const fields = { engineId: engine.id, engineUuid, requests: msgIds.length };
  out.send({ type: 'note', level: 'warn', what: 'direct requests were lost on their way', fields });
  // Who sent them is in their records.
  askStore(state, { type: 'lost', engineUuid, msgIds }, { type: 'find', msgIds }, inputs, out);
}

export function onLostFound(state: HubState, ask: LostAsk, answer: StoreAnswer, inputs: Inputs, out: Out): void {
  const { engineUuid, msgIds } = ask;
  const found = answer.type === 'found' ? answer.found : [];
  for (const [i, msgId] of msgIds.entries()) {
    // Its answer may have come meanwhile, or the engine may be gone.
    const engine = state.byUuid.get(engineUuid);
    if (engine === undefined || !waitsIn(state, engine.queue, msgId)) continue;
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
