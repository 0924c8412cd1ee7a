import type { StartValues } from '../settings.ts';

/** The options by which other commands find a cluster, each after a blank. */
export function placeOptions({
  profileDir,
  profile,
  clusterId,
}: Pick<StartValues, 'profileDir' | 'profile' | 'clusterId'>): string {
  const given: [string, string][] = [
    ['profile-dir', profileDir],
    ['profile', profile],
    ['cluster-id', clusterId],
  ];
  return given.map(([name, value]) => (value === '' ? '' : ` --${name}=${value}`)).join('');
}
