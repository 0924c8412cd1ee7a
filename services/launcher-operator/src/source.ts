// Where profiles come from, and where their status goes: Kubernetes, or a folder of files.
import type { ProfileSpec } from '@muster/cluster-profile';
import type { ProfileEvent, ProfileStatus } from './core/index.ts';

/** A profile as its source has it now. */
export interface StoredProfile {
  readonly name: string;
  /** Of the object; '' where there are none. */
  readonly uid: string;
  /** Grows with each change of the spec. */
  readonly generation: number;
  /** Undefined when it cannot be understood (`problem` says why) or is not there any more. */
  readonly spec: ProfileSpec | undefined;
  readonly problem: string;
  /** It was deleted, and is kept until it is released. */
  readonly deleting: boolean;
  readonly held: boolean;
  readonly status: ProfileStatus;
}

/** The private key in a Secret, and known hosts where it has them. */
export interface KeySecret {
  readonly key: string;
  readonly knownHosts: string | undefined;
}

export interface ProfileSource {
  /**
   * Resolves when the profiles that there are can be read; `onChange` is told of each of them, and of changes.
   * `onLaunches`: something has changed at the launches of this launcher.
   */
  start(onChange: (name: string) => void, onLaunches: (launcher: string) => void): Promise<void>;
  /** Profiles that there are, also those that are being deleted. */
  names(): readonly string[];
  /** The latest known; undefined when there is none (any more). */
  read(name: string): Promise<StoredProfile | undefined>;
  /**
   * These change the profile and give it as it is then. They reject with MusterError `object_changed` when somebody else
   * has written the status: what was decided then rests on what is not true any more.
   */
  hold(profile: StoredProfile): Promise<StoredProfile>;
  writeStatus(profile: StoredProfile, status: ProfileStatus): Promise<StoredProfile>;
  release(profile: StoredProfile): Promise<void>;
  /** For people who look at the profile; never rejects. */
  tell(profile: StoredProfile, event: ProfileEvent): Promise<void>;
  /** Rejects with MusterError. */
  readKeySecret(name: string): Promise<KeySecret>;
  /** By file name: where engines and clients find them. */
  writeConnections(files: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}
