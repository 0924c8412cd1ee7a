// News of engines for clients that may not be connected again yet, in the first seconds of a hub that follows another: what they
// missed they would never hear of, and wait for an engine that is gone. So it is told once more; to hear it twice harms nobody.
import type { EngineRef } from '@muster/bus';
import type { Inputs } from '@muster/machine';
import type { Out } from './effects.ts';
import type { HubState } from './state.ts';
import { refOf } from './state.ts';

export const earlyTimer = 'early news';

/** As long a hub remembers who has gone, for the next one: its own words may have been lost with it. */
const rememberedUs = 30_000_000;

export function beginEarlyNews(state: HubState, departed: readonly EngineRef[], inputs: Inputs, out: Out): void {
  for (const engine of departed) if (!state.byUuid.has(engine.uuid)) depart(state, engine, inputs);
  state.earlyNews = new Map([...state.lost.values(), ...departed].map((engine) => [engine.uuid, refOf(engine)]));
  out.setTimer(earlyTimer, inputs.nowUs + state.settings.probeSettleMs * 1000);
}

/** This engine has come. */
export function arrive({ earlyNews }: HubState, engine: EngineRef): void {
  earlyNews?.set(engine.uuid, refOf(engine));
}

/** This engine has gone. */
export function depart(state: HubState, engine: EngineRef, { nowUs }: Inputs): void {
  const { departed, earlyNews, settings } = state;
  earlyNews?.set(engine.uuid, refOf(engine));
  if (!settings.keepsEngines) return;
  // Oldest first.
  for (const [uuid, { atUs }] of departed) if (atUs < nowUs - rememberedUs) departed.delete(uuid);
  departed.delete(engine.uuid);
  departed.set(engine.uuid, { engine: refOf(engine), atUs: nowUs });
}

export function onEarlyTimer(state: HubState, out: Out): void {
  for (const { id, uuid, kernel } of state.earlyNews?.values() ?? []) {
    const isThere = state.byUuid.has(uuid);
    const msgType = isThere ? 'registration_notification' : 'unregistration_notification';
    out.send({ type: 'clients.notify', msgType, parent: {}, content: isThere ? { id, uuid, kernel } : { id, uuid } });
  }
  state.earlyNews = undefined;
}
