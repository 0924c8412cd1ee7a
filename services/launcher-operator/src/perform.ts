// Does what the core wants done for one profile.
import type { ProfileSpec } from '@muster/cluster-profile';
import type { Logger } from '@muster/telemetry';
import type { Calls } from './calls.ts';
import type { OperatorEffect } from './core/index.ts';
import type { Drains } from './drains.ts';
import type { ProfileSource, StoredProfile } from './source.ts';

export interface Performing {
  readonly source: ProfileSource;
  readonly log: Logger;
  readonly calls: Calls;
  readonly drains: Drains;
  readonly spec: ProfileSpec | undefined;
  readonly shutDown: (uuid: string) => void;
  /** As it was read or written last. */
  readonly profile: () => StoredProfile;
  readonly changed: (profile: StoredProfile) => void;
}

/**
 * In their order: what is written is durable before the next begins, and the first that fails ends it. Calls to launchers
 * and questions are only begun. Resolves to how long until the profile should be looked at again, in ms.
 */
export async function perform(effects: readonly OperatorEffect[], context: Performing): Promise<number | undefined> {
  let afterMs: number | undefined;
  for (const effect of effects) {
    if (effect.type === 'requeue') afterMs = effect.afterMs;
    else await performOne(effect, context);
  }
  return afterMs;
}

async function performOne(
  effect: Exclude<OperatorEffect, { type: 'requeue' }>,
  { source, log, calls, drains, spec, shutDown, profile, changed }: Performing,
): Promise<void> {
  switch (effect.type) {
    case 'profile.hold':
      return changed(await source.hold(profile()));
    case 'status.write':
      return changed(await source.writeStatus(profile(), effect.status));
    case 'profile.release':
      await source.release(profile());
      return log.info({ profile: profile().name }, 'profile removed');
    case 'launch.submit':
      if (spec !== undefined) calls.submit(effect.launch, spec);
      return;
    case 'launch.remove':
      return calls.remove(effect.launch);
    case 'engines.drain':
      return drains.ask('drain', effect.uuids);
    case 'engines.resume':
      return drains.ask('resume', effect.uuids);
    case 'engine.shutdown':
      return shutDown(effect.uuid);
    case 'event.tell': {
      const { type, reason, message } = effect.event;
      log[type === 'Warning' ? 'warn' : 'info']({ profile: profile().name, reason, detail: message }, 'profile event');
      return source.tell(profile(), effect.event);
    }
  }
}
