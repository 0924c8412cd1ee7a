// ClusterProfiles of the tests.
export interface Profile {
  readonly name: string;
  readonly engines: number;
  readonly engine?: object;
  readonly launcher: object;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface ProfileObject {
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly engines: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desired?: number;
    readonly launched?: number;
    readonly registered?: number;
    readonly conditions?: readonly Condition[];
  };
}

export const profileObject = ({ name, engines, engine = {}, launcher }: Profile): object => ({
  apiVersion: 'muster.dev/v1alpha1',
  kind: 'ClusterProfile',
  metadata: { name },
  spec: { engines, engine, launcher },
});

export const conditionOf = (profile: ProfileObject, type: string): Condition | undefined =>
  profile.status?.conditions?.find((condition) => condition.type === type);

/** The status speaks of what is wanted now, and says that it is there. */
export const isReady = (profile: ProfileObject): boolean =>
  profile.status?.observedGeneration === profile.metadata.generation &&
  profile.status.registered === profile.spec.engines &&
  conditionOf(profile, 'Ready')?.status === 'True';
