// What the hub that comes after this one has to know of engines.
import type { EngineRef } from '@muster/bus';
import type { EngineStatus } from '@muster/task-store';
import type { Out } from './effects.ts';
import type { HubState } from './state.ts';

export function keepEngine({ settings }: HubState, engine: EngineRef, status: EngineStatus, out: Out): void {
  const { uuid, id, kernel } = engine;
  if (settings.keepsEngines) out.write({ type: 'engine.put', engine: { uuid, id, kernel, status } });
}

export function dropEngine({ settings }: HubState, uuid: string, out: Out): void {
  if (settings.keepsEngines) out.write({ type: 'engine.remove', uuid });
}
