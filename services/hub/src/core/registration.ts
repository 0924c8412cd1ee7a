// Engines come and go (§4.2, §7.1, §7.4).
import type { EngineRef } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import type { PeerId } from '@muster/protocol';
import { keyErrorValue } from '@muster/protocol';
import { arrive, depart } from './early-news.ts';
import type { Out } from './effects.ts';
import { saveEngines, saveForNext } from './engine-state.ts';
import { dropEngine, keepEngine } from './kept-engines.ts';
import { fail, reply } from './reply.ts';
import type { Asker, Engine, HubState } from './state.ts';
import { createEngine, refOf } from './state.ts';
import { strand } from './stranded.ts';
import { befriend, isEcho, onStranger } from './strangers.ts';

export const registrationTimer = 'registration/';
const greatestId = 2 ** 31 - 1;

interface RegistrationRequest {
  readonly uuid: string;
  readonly id?: number | null | undefined;
  readonly kernel?: string | undefined;
}

/** Answers at once; the engine is registered when its heart is heard. */
export function onRegistrationRequest(
  state: HubState,
  asker: Asker,
  request: RegistrationRequest,
  inputs: Inputs,
  out: Out,
): void {
  const { uuid } = request;
  const refused = whyRefused(state, request);
  if (refused !== undefined) {
    out.send({
      type: 'note',
      level: 'warn',
      what: 'registration refused',
      fields: { engineUuid: uuid, why: refused.evalue },
    });
    fail(out, asker, 'registration_reply', refused.ename, refused.evalue);
    return;
  }
  const id = chooseId(state, request.id ?? null);
  // A new registration under the old uuid: what the old one has left is given up when its grace ends, and it stays away.
  state.lost.delete(uuid);
  const engine: EngineRef = { id, uuid, kernel: (request.kernel ?? 'python').slice(0, 100) };
  keepEngine(state, engine, 'registering', out);
  const content = { id, hb_period: state.settings.heartbeatPeriodMs };
  reply(out, asker, 'registration_reply', content, { withConnectionInfo: true });
  befriend(state, uuid, out);
  awaitFirstBeat(state, engine, inputs, out);
  saveForNext(state, out);
  out.send({ type: 'note', level: 'info', what: 'engine registering', fields: { engineId: id, engineUuid: uuid } });
}

/** Waits for the engine's first heartbeat. */
export function awaitFirstBeat(state: HubState, engine: EngineRef, inputs: Inputs, out: Out): void {
  const { uuid } = engine;
  state.registering.set(uuid, engine);
  out.setTimer(registrationTimer + uuid, inputs.nowUs + state.settings.registrationTimeoutMs * 1000);
  out.send({ type: 'fact.publish', fact: { type: 'registration.pending', uuid } });
}

function whyRefused(state: HubState, { uuid, id }: RegistrationRequest): { ename: string; evalue: string } | undefined {
  const { engineLimit, pendingRegistrationLimit } = state.settings;
  if (state.byUuid.has(uuid) || state.registering.has(uuid))
    return { ename: 'KeyError', evalue: keyErrorValue(`uuid '${uuid}' in use`) };
  if (id !== undefined && id !== null && id > greatestId)
    return { ename: 'ValueError', evalue: `id ${id} is too large; ask for at most ${greatestId}, or for none` };
  if (state.registering.size >= pendingRegistrationLimit)
    return {
      ename: 'RuntimeError',
      evalue: `${pendingRegistrationLimit} engines are registering already; start this one again in a moment`,
    };
  if (state.engines.size + state.registering.size >= engineLimit)
    return { ename: 'RuntimeError', evalue: `there are ${engineLimit} engines already, the limit of this controller` };
  return undefined;
}

/** A requested number is honoured when nobody has it; numbers are never used twice. */
function chooseId(state: HubState, requested: number | null): number {
  const taken = (id: number): boolean =>
    state.engines.has(id) ||
    [...state.stranded.values()].some(({ engine }) => engine.id === id) ||
    [...state.registering.values()].some((engine) => engine.id === id) ||
    [...state.lost.values()].some((engine) => engine.id === id);
  const id = requested === null || taken(requested) ? state.nextId : requested;
  state.nextId = Math.max(id + 1, state.nextId);
  return id;
}

/** The engine answers pings, so that its connections stand: it is announced. */
export function onHeartStarted(state: HubState, uuid: string, inputs: Inputs, out: Out): void {
  const pending = state.registering.get(uuid);
  const lost = state.lost.get(uuid);
  if (pending !== undefined) {
    state.registering.delete(uuid);
    out.clearTimer(registrationTimer + uuid);
    announce(state, createEngine(pending, state.settings), 'engine registered', out);
  } else if (lost !== undefined) {
    // It was dropped for missed beats and woke up. It knows itself by its old number, so it gets that back (§12.12).
    state.lost.delete(uuid);
    announce(state, lost, 'engine is back', out);
  } else if (!state.byUuid.has(uuid)) onStranger(state, uuid, inputs, out);
}

function announce(state: HubState, engine: Engine, what: 'engine registered' | 'engine is back', out: Out): void {
  const { id, uuid, kernel } = engine;
  keepEngine(state, engine, 'registered', out);
  state.engines.set(id, engine);
  state.byUuid.set(uuid, engine);
  arrive(state, engine);
  out.send({ type: 'fact.publish', fact: { type: 'engine.registered', engine: refOf(engine) } });
  out.send({ type: 'clients.notify', msgType: 'registration_notification', parent: {}, content: { id, uuid, kernel } });
  saveEngines(out);
  out.send({ type: 'note', level: 'info', what, fields: { engineId: id, engineUuid: uuid, kernel } });
}

/** By request of an engine or its nanny: a registered engine goes, a pending registration is cancelled. */
export function onUnregistrationRequest(
  state: HubState,
  peer: PeerId,
  id: number | null,
  inputs: Inputs,
  out: Out,
): void {
  if (isEcho(state, peer, id)) return;
  const engine = id === null ? undefined : state.engines.get(id);
  if (engine !== undefined) return unregister(state, engine, 'it asked for it, or its process ended', inputs, out);
  const pending = [...state.registering.values()].find((other) => other.id === id);
  if (pending !== undefined) return endRegistration(state, pending, 'it asked for it, or its process ended', out);
  // One that was lost is gone for good: a heartbeat that is still under way must not bring it back.
  const lost = [...state.lost.values()].find((other) => other.id === id);
  if (lost === undefined) return;
  state.gone.add(lost.uuid);
  forgetLost(state, lost.uuid, out);
}

/** One that was lost will not be taken back. */
export function forgetLost(state: HubState, uuid: string, out: Out): void {
  if (!state.lost.delete(uuid)) return;
  dropEngine(state, uuid, out);
  saveForNext(state, out);
}

/** It may only be slow: it has its answer and will not ask again, so it is taken when its heart is heard after all. */
export function onRegistrationTimeout(state: HubState, uuid: string, out: Out): void {
  const pending = state.registering.get(uuid);
  if (pending === undefined) return;
  endRegistration(state, pending, 'no heartbeat came in time', out);
  remember(state, createEngine(pending, state.settings), out);
}

function endRegistration(state: HubState, { id, uuid }: EngineRef, why: string, out: Out): void {
  state.registering.delete(uuid);
  state.gone.add(uuid);
  dropEngine(state, uuid, out);
  saveForNext(state, out);
  out.clearTimer(registrationTimer + uuid);
  out.send({ type: 'fact.publish', fact: { type: 'registration.ended', uuid } });
  out.send({
    type: 'note',
    level: 'warn',
    what: 'registration given up',
    fields: { engineId: id, engineUuid: uuid, why },
  });
}

/** The engine missed too many pings. It is remembered, in case it wakes up. */
export function onHeartStopped(state: HubState, uuid: string, inputs: Inputs, out: Out): void {
  const engine = state.byUuid.get(uuid);
  if (engine === undefined) return;
  unregister(state, engine, 'it stopped answering pings', inputs, out);
  remember(state, engine, out);
}

function remember(state: HubState, engine: Engine, out: Out): void {
  state.lost.set(engine.uuid, engine);
  state.gone.delete(engine.uuid);
  keepEngine(state, engine, 'lost', out);
  saveForNext(state, out);
  if (state.lost.size > state.settings.lostEngineLimit) forgetLost(state, state.lost.keys().next().value!, out);
}

/** Takes an engine off the list and tells everybody (§7.4). */
export function unregister(state: HubState, engine: Engine, reason: string, inputs: Inputs, out: Out): void {
  const { id, uuid } = engine;
  state.engines.delete(id);
  state.byUuid.delete(uuid);
  state.gone.add(uuid);
  depart(state, engine, inputs);
  state.probes.delete(uuid);
  state.renewing.delete(uuid);
  dropEngine(state, uuid, out);
  out.send({ type: 'fact.publish', fact: { type: 'engine.unregistered', engine: refOf(engine), reason } });
  out.send({ type: 'clients.notify', msgType: 'unregistration_notification', parent: {}, content: { id, uuid } });
  saveEngines(out);
  out.send({
    type: 'note',
    level: 'info',
    what: 'engine unregistered',
    fields: { engineId: id, engineUuid: uuid, reason },
  });
  strand(state, engine, inputs, out);
}
