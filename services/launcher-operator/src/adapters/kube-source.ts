// Profiles as objects of a namespace of Kubernetes.
import type { EventRecorder, Informer, KubeApi, Leadership, Pod } from '@muster/kube';
import {
  addFinalizer,
  connectKube,
  createEventRecorder,
  createInformer,
  createLeadership,
  pods,
  removeFinalizer,
  writeStatus,
} from '@muster/kube';
import type { EngineLauncher } from '@muster/launchers';
import type { Logger } from '@muster/telemetry';
import { explain } from '../explain.ts';
import type { ProfileSource } from '../source.ts';
import { fillSecret, readKeySecret } from './kube-secrets.ts';
import type { ProfileObject } from './profile-objects.ts';
import { clusterProfiles, createProfileObjects, finalizer, readProfileObject } from './profile-objects.ts';

export interface KubeSourceOptions {
  readonly api: KubeApi;
  /** Name of the Lease by which several operators agree. */
  readonly lease: string;
  readonly identity: string;
  readonly connectionSecret: string;
  readonly log: Logger;
  /** Another operator leads, or nobody can say: nothing may be done any more. */
  readonly onLost: () => void;
  /** How long a leader may be silent. Default 15,000. */
  readonly leaseMs?: number;
}

/** `start` resolves when this operator leads. */
export function createKubeSource(options: KubeSourceOptions): ProfileSource {
  const { api } = options;
  const objects = createProfileObjects(api);
  const events = createEvents(options);
  let leadership: Leadership | undefined;
  let watching: Watching | undefined;
  let stopping = false;
  const onLost = (): void => {
    if (!stopping) options.onLost();
  };
  return {
    async start(onChange, onLaunches) {
      const { promise: leads, resolve } = Promise.withResolvers<void>();
      leadership = createLead({ ...options, onLost }, resolve);
      await leads;
      watching = watchAll(options, onChange, onLaunches);
      await watching.profiles.synced;
    },
    names: () => [...(watching?.profiles.objects.keys() ?? [])],
    async read(name) {
      const object = await objects.current(name, watching?.profiles.objects.get(name));
      return object === undefined ? undefined : readProfileObject(object);
    },
    hold: (profile) => objects.change(profile, (object) => addFinalizer(api, clusterProfiles, object, finalizer)),
    writeStatus: (profile, status) =>
      objects.change(profile, (object) => writeStatus(api, clusterProfiles, object, status)),
    async release({ name }) {
      const object = await objects.fetch(name);
      if (object !== undefined) await removeFinalizer(api, clusterProfiles, object, finalizer);
      objects.forget(name);
    },
    async tell({ name }, event) {
      const object = objects.get(name);
      if (object !== undefined) await events.record(clusterProfiles, object, event);
    },
    readKeySecret: (name) => readKeySecret(api, name),
    writeConnections: (files) => fillSecret(api, options.connectionSecret, files),
    async stop() {
      stopping = true;
      await Promise.all([watching?.profiles.stop(), watching?.pods.stop()]);
      await leadership?.stop();
      api.close();
    },
  };
}

interface Watching {
  readonly profiles: Informer<ProfileObject>;
  readonly pods: Informer<Pod>;
}

/** Of engine pods, whichever profile's. */
const engineLabels = { 'app.kubernetes.io/name': 'muster-engine' };

function watchAll(
  { api, log }: KubeSourceOptions,
  onProfile: (name: string) => void,
  onLaunches: (launcher: string) => void,
): Watching {
  const tell = ({ metadata }: ProfileObject): void => onProfile(metadata.name);
  const tellOfPods = (): void => onLaunches('pods');
  const onTrouble = (error: unknown): void =>
    log.warn({ why: explain(error) }, 'Kubernetes does not tell of changes; it is asked again');
  return {
    profiles: createInformer<ProfileObject>({
      ...{ api, resource: clusterProfiles, onChange: tell, onRemove: tell, onTrouble },
    }),
    pods: createInformer({
      ...{ api, resource: pods, labels: engineLabels, onChange: tellOfPods, onRemove: tellOfPods, onTrouble },
    }),
  };
}

const createEvents = ({ api, log }: KubeSourceOptions): EventRecorder =>
  createEventRecorder({
    api,
    component: 'muster-launcher-operator',
    onTrouble: (error) => log.debug({ why: explain(error) }, 'an event was not written'),
  });

function createLead(options: KubeSourceOptions, onGained: () => void): Leadership {
  const { api, log, lease, identity, leaseMs } = options;
  return createLeadership({
    api,
    name: lease,
    identity,
    leaseMs,
    onGained() {
      log.info({ lease }, 'this operator leads');
      onGained();
    },
    onLost() {
      log.info({ lease }, 'this operator does not lead any more');
      options.onLost();
    },
    onTrouble: (error) => log.warn({ why: explain(error) }, 'the lease cannot be asked for'),
  });
}

export interface OpenKubeSourceOptions extends Omit<KubeSourceOptions, 'api'> {
  readonly namespace: string;
  readonly images: { readonly node: string; readonly python: string };
}

/** Rejects with MusterError when it is not said which cluster is meant. */
export async function openKubeSource(
  options: OpenKubeSourceOptions,
): Promise<{ readonly source: ProfileSource; readonly pods: EngineLauncher }> {
  const { connectionSecret, images, namespace } = options;
  const api = await connectKube(namespace === '' ? {} : { namespace });
  const { createPodsLauncher } = await import('@muster/launchers/pods');
  const launcher = createPodsLauncher({ api, connectionSecret, images });
  return { source: createKubeSource({ ...options, api }), pods: launcher as EngineLauncher };
}
