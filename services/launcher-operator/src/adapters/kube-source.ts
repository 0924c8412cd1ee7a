// Profiles as objects of a namespace of Kubernetes.
import type { ClusterProfile } from '@muster/cluster-profile';
import { parseProfile, profileKind } from '@muster/cluster-profile';
import type { EventRecorder, Informer, KubeApi, KubeObject, Leadership, Pod, Resource } from '@muster/kube';
import {
  addFinalizer,
  connectKube,
  createEventRecorder,
  createInformer,
  createLeadership,
  isConflict,
  pods,
  removeFinalizer,
  secretOf,
  secrets,
  textsOf,
  writeStatus,
} from '@muster/kube';
import type { EngineLauncher } from '@muster/launchers';
import { createPodsLauncher } from '@muster/launchers/pods';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { ProfileStatus } from '../core/index.ts';
import { isEqual, readStatus } from '../core/index.ts';
import { explain } from '../explain.ts';
import type { KeySecret, ProfileSource, StoredProfile } from '../source.ts';

/** As it comes: nothing is taken for granted until it is parsed. */
interface ProfileObject extends KubeObject {
  readonly spec?: unknown;
  readonly status?: object | undefined;
}

const clusterProfiles: Resource<ProfileObject> = {
  apiVersion: profileKind.apiVersion,
  kind: profileKind.kind,
  plural: profileKind.plural,
};

/** Of engine pods, whichever profile's. */
const engineLabels = { 'app.kubernetes.io/name': 'muster-engine' };
const finalizer = 'muster.dev/engines';

export interface KubeSourceOptions {
  readonly api: KubeApi;
  /** Name of the Lease by which several operators agree. */
  readonly lease: string;
  readonly identity: string;
  readonly connectionSecret: string;
  readonly log: Logger;
  /** Another operator leads, or nobody can say: nothing may be done any more. */
  readonly onLost: () => void;
  /** For tests. */
  readonly leaseMs?: number;
}

/** `start` resolves when this operator leads. */
export function createKubeSource(options: KubeSourceOptions): ProfileSource {
  const { api, log, connectionSecret } = options;
  /** What we have read or written last, by name; the informer's are newer in all but the status. */
  const known = new Map<string, ProfileObject>();
  let informer: Informer<ProfileObject> | undefined;
  let podInformer: Informer<Pod> | undefined;
  let leadership: Leadership | undefined;
  let events: EventRecorder | undefined;

  /** The object with the spec of now, and the status that we wrote last: what the informer knows of that may be old. */
  async function current(name: string): Promise<ProfileObject | undefined> {
    const seen = informer?.objects.get(name);
    if (seen === undefined) {
      known.delete(name);
      return undefined;
    }
    const ours = known.get(name);
    if (ours !== undefined && ours.metadata.uid === seen.metadata.uid) {
      const latest = isNewer(seen, ours) ? { ...seen, status: ours.status } : ours;
      known.set(name, latest);
      return latest;
    }
    return fetch(name);
  }
  async function fetch(name: string): Promise<ProfileObject | undefined> {
    const object = await api.get(clusterProfiles, name);
    if (object === undefined) known.delete(name);
    else known.set(name, object);
    return object;
  }
  function remember(object: ProfileObject): StoredProfile {
    known.set(object.metadata.name, object);
    return show(object);
  }

  /** Does it on the object as it is now. Somebody else's change of the spec does not matter, one of the status does. */
  async function change(
    { name, uid, status }: StoredProfile,
    work: (object: ProfileObject) => Promise<ProfileObject>,
  ): Promise<StoredProfile> {
    const object = known.get(name) ?? (await fetch(name));
    try {
      if (object !== undefined) return remember(await work(object));
    } catch (error) {
      if (!isConflict(error)) throw error;
      const fresh = await fetch(name);
      if (fresh?.metadata.uid === uid && isEqual(show(fresh).status, status)) return remember(await work(fresh));
      if (fresh?.metadata.uid === uid) known.set(name, { ...fresh, status: withLaunches(show(fresh).status, status) });
    }
    throw new MusterError('object_changed', `Somebody else has changed the profile ${name} or its status.`);
  }

  return {
    async start(onChange, onLaunches) {
      await lead();
      const tell = ({ metadata }: ProfileObject): void => onChange(metadata.name);
      informer = createInformer<ProfileObject>({
        api,
        resource: clusterProfiles,
        onChange: tell,
        onRemove: tell,
        onTrouble: (error) => log.warn({ why: explain(error) }, 'Kubernetes does not tell of changes of profiles'),
      });
      const told = (): void => onLaunches('pods');
      podInformer = createInformer({ api, resource: pods, labels: engineLabels, onChange: told, onRemove: told });
      await informer.synced;
      const onTrouble = (error: unknown): void => log.debug({ why: explain(error) }, 'an event was not written');
      events = createEventRecorder({ api, component: 'muster-launcher-operator', onTrouble });
    },
    names: () => [...(informer?.objects.keys() ?? [])],
    async read(name) {
      const object = await current(name);
      return object === undefined ? undefined : show(object);
    },
    hold: (profile) => change(profile, (object) => addFinalizer(api, clusterProfiles, object, finalizer)),
    writeStatus: (profile, status) => change(profile, (object) => writeStatus(api, clusterProfiles, object, status)),
    async release({ name }) {
      const object = await fetch(name);
      if (object !== undefined) await removeFinalizer(api, clusterProfiles, object, finalizer);
      known.delete(name);
    },
    async tell({ name }, event) {
      const object = known.get(name);
      if (object !== undefined) await events?.record(clusterProfiles, object, event);
    },
    readKeySecret: (name) => readKeySecret(api, name),
    writeConnections: (files) => writeSecret(api, connectionSecret, files),
    async stop() {
      await Promise.all([informer?.stop(), podInformer?.stop()]);
      await leadership?.stop();
      api.close();
    },
  };

  async function lead(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let stopped = false;
    leadership = createLeadership({
      api,
      name: options.lease,
      identity: options.identity,
      ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
      onGained() {
        log.info({ lease: options.lease }, 'this operator leads');
        resolve();
      },
      onLost() {
        if (stopped) return;
        stopped = true;
        log.error({ lease: options.lease }, 'this operator does not lead any more');
        options.onLost();
      },
      onTrouble: (error) => log.warn({ why: explain(error) }, 'the lease cannot be asked for'),
    });
    await promise;
  }
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
function show(object: ProfileObject): StoredProfile {
  const { name, uid = '', generation = 1, deletionTimestamp, finalizers = [] } = object.metadata;
  const parsed = parse(object);
  return {
    name,
    uid,
    generation,
    spec: parsed.spec,
    problem: parsed.problem,
    deleting: deletionTimestamp !== undefined,
    held: finalizers.includes(finalizer),
    status: readStatus(object.status).status,
  };
}

function parse({ status: _, ...object }: ProfileObject): { spec: ClusterProfile['spec'] | undefined; problem: string } {
  try {
    const { apiVersion, kind } = profileKind;
    return { spec: parseProfile({ ...object, apiVersion, kind }, 'This profile').spec, problem: '' };
  } catch (error) {
    return { spec: undefined, problem: (error as Error).message };
  }
}

async function readKeySecret(api: KubeApi, name: string): Promise<KeySecret> {
  const secret = await api.get(secrets, name);
  const { 'ssh-privatekey': key, known_hosts: knownHosts } = secret === undefined ? {} : textsOf(secret);
  if (key !== undefined) return { key, knownHosts };
  const what = secret === undefined ? 'does not exist' : 'has no ssh-privatekey';
  throw new MusterError(
    'bad_option',
    `The Secret '${name}' in namespace ${api.namespace} ${what}.`,
    `Make it: kubectl create secret generic ${name} --from-file=ssh-privatekey=FILE, and list it in the chart's launcherOperator.keySecrets.`,
  );
}

async function writeSecret(api: KubeApi, name: string, files: Readonly<Record<string, string>>): Promise<void> {
  const wanted = secretOf({ name }, files);
  const secret = await api.get(secrets, name);
  if (secret === undefined) await api.create(secrets, wanted);
  else if (!isEqual(textsOf(secret), files)) await api.patch(secrets, name, { data: wanted.data });
}

export interface OpenKubeSourceOptions extends Omit<KubeSourceOptions, 'api'> {
  readonly namespace: string;
  readonly images: { readonly node: string; readonly python: string };
}

export async function openKubeSource(
  options: OpenKubeSourceOptions,
): Promise<{ readonly source: ProfileSource; readonly pods: EngineLauncher | undefined }> {
  const api = await connectKube(options.namespace === '' ? {} : { namespace: options.namespace });
  const { connectionSecret, images } = options;
  const pods = createPodsLauncher({ api, connectionSecret, images }) as EngineLauncher;
  return { source: createKubeSource({ ...options, api }), pods };
}
