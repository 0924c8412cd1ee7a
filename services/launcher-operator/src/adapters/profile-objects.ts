// ClusterProfiles as objects of Kubernetes: what they say, and changes of them that somebody else may be making, too.
import type { ClusterProfile } from '@muster/cluster-profile';
import { profileKind } from '@muster/cluster-profile/kind';
import type { KubeApi, KubeObject, Resource } from '@muster/kube';
import { isConflict } from '@muster/kube';
import { MusterError } from '@muster/protocol';
import type { ProfileStatus } from '../core/index.ts';
import { isEqual, readStatus } from '../core/index.ts';
import type { StoredProfile } from '../source.ts';

/** As it comes: nothing is taken for granted until it is parsed. */
export interface ProfileObject extends KubeObject {
  readonly spec?: unknown;
  readonly status?: object | undefined;
}

export const clusterProfiles: Resource<ProfileObject> = {
  apiVersion: profileKind.apiVersion,
  kind: profileKind.kind,
  plural: profileKind.plural,
};

/** Holds a profile until its engines are gone. */
export const finalizer = 'muster.dev/engines';

export interface ProfileObjects {
  /** What we have read or written last. */
  get(name: string): ProfileObject | undefined;
  /** The object with the spec of now, and the status that we wrote last: what a watch knows of that may be old. */
  current(name: string, seen: ProfileObject | undefined): Promise<ProfileObject | undefined>;
  fetch(name: string): Promise<ProfileObject | undefined>;
  /**
   * Does it on the object as it is now. Somebody else's change of the spec does not matter; one of the status rejects with
   * MusterError `object_changed`.
   */
  change(profile: StoredProfile, work: (object: ProfileObject) => Promise<ProfileObject>): Promise<StoredProfile>;
  forget(name: string): void;
}

export function createProfileObjects(api: KubeApi): ProfileObjects {
  const known = new Map<string, ProfileObject>();

  async function fetch(name: string): Promise<ProfileObject | undefined> {
    const object = await api.get(clusterProfiles, name);
    if (object === undefined) known.delete(name);
    else known.set(name, object);
    return object;
  }
  function remember(object: ProfileObject): Promise<StoredProfile> {
    known.set(object.metadata.name, object);
    return readProfileObject(object);
  }
  return {
    get: (name) => known.get(name),
    fetch,
    forget: (name) => void known.delete(name),
    async current(name, seen) {
      const ours = known.get(name);
      if (seen === undefined) {
        known.delete(name);
        return undefined;
      }
      if (ours?.metadata.uid !== seen.metadata.uid) return fetch(name);
      const latest = isNewer(seen, ours!) ? { ...seen, status: ours!.status } : ours!;
      known.set(name, latest);
      return latest;
    },
    async change({ name, uid, status }, work) {
      const object = known.get(name) ?? (await fetch(name));
      try {
        if (object !== undefined) return await remember(await work(object));
      } catch (error) {
        if (!isConflict(error)) throw error;
        const fresh = await fetch(name);
        if (fresh?.metadata.uid === uid) {
          const theirs = readStatus(fresh.status).status;
          if (isEqual(theirs, status)) return await remember(await work(fresh));
          known.set(name, { ...fresh, status: withLaunches(theirs, status) });
        }
      }
      throw new MusterError('object_changed', `Somebody else has changed the profile ${name} or its status.`);
    },
  };
}

/** Versions of an object cannot be compared; what came after a change of the spec, or after its deletion, can be told. */
const isNewer = ({ metadata: a }: ProfileObject, { metadata: b }: ProfileObject): boolean =>
  (a.generation ?? 0) > (b.generation ?? 0) || (a.deletionTimestamp !== undefined && b.deletionTimestamp === undefined);

/**
 * Somebody else wrote the status: whatever that was, no launch that either knows of may be lost. It does not count as
 * written, so that it will be.
 */
function withLaunches(theirs: ProfileStatus, ours: ProfileStatus): ProfileStatus {
  const ids = new Set(ours.launches.map(({ id }) => id));
  const more = theirs.launches.filter(({ id }) => !ids.has(id));
  return { ...theirs, observedGeneration: 0, launches: [...ours.launches, ...more] };
}

/** What a profile says, also when it cannot be understood. */
export async function readProfileObject(object: ProfileObject): Promise<StoredProfile> {
  const { name, uid = '', generation = 1, deletionTimestamp, finalizers = [] } = object.metadata;
  return {
    name,
    uid,
    generation,
    ...(await parse(object)),
    deleting: deletionTimestamp !== undefined,
    held: finalizers.includes(finalizer),
    status: readStatus(object.status).status,
  };
}

interface Parsed {
  readonly spec: ClusterProfile['spec'] | undefined;
  readonly problem: string;
}

/** The schema is large: it is loaded with the first profile. */
async function parse({ status: _, ...object }: ProfileObject): Promise<Parsed> {
  const { parseProfile } = await import('@muster/cluster-profile');
  try {
    const { apiVersion, kind } = profileKind;
    return { spec: parseProfile({ ...object, apiVersion, kind }, 'This profile').spec, problem: '' };
  } catch (error) {
    return { spec: undefined, problem: (error as Error).message };
  }
}
