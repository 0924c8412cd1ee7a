export * from './crd.ts';
export { toJsonSchema } from './json-schema.ts';
export { profileKind } from './kind.ts';
export type { LauncherName } from './launcher-schema.ts';
export { launcherNames } from './launcher-schema.ts';
export { parseProfile, parseProfiles } from './parse.ts';
export type { ClusterProfile, ClusterProfileInput, ProfileCondition, ProfileSpec, ProfileStatus } from './profile.ts';
export { launcherOf } from './profile.ts';
