import type { LaunchRecord } from './launches.ts';
import type { Inputs } from './world.ts';

/** Launch ids are DNS labels of at most 50 characters: 44 for the profile, and `-xxxxx`. */
const maxStem = 44;

/** `PROFILE-xxxxx`, of no launch that is there. */
export function nameLaunch(profile: string, launches: readonly LaunchRecord[], inputs: Inputs): string {
  const stem = profile
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxStem)
    .replace(/^-+|-+$/g, '');
  const taken = new Set(launches.map(({ id }) => id));
  for (;;) {
    const id = `${stem === '' ? 'engines' : stem}-${inputs.newSuffix()}`;
    if (!taken.has(id)) return id;
  }
}
