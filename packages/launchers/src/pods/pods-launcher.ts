// Engines as pods of this Kubernetes cluster (`spec.launcher.pods`): one pod an engine, its name the launch's id.
import { profileKind } from '@muster/cluster-profile/kind';
import type { KubeApi, OwnerReference, Pod } from '@muster/kube';
import { isAlreadyExists, pods } from '@muster/kube';
import { MusterError } from '@muster/protocol';
import type { EngineHandle, EngineLauncher, EngineLaunchStatus } from '../engine-launcher.ts';
import { checkOrder } from '../engine-program.ts';
import type { EnginePodOptions, PodsSpec } from './engine-pod.ts';
import { buildEnginePod, launchLabel, profileLabel, profileOfLaunch } from './engine-pod.ts';
import { podStatus } from './pod-status.ts';

export type { PodsSpec } from './engine-pod.ts';

export interface PodsLauncherOptions extends Omit<EnginePodOptions, 'owner'> {
  readonly api: KubeApi;
  /** How long `remove` waits until a pod is gone. Default 30,000. */
  readonly removeTimeoutMs?: number;
}

/** More handles than this are looked up by one list. */
const mostSingle = 4;
const askEveryMs = 250;

/** Pods go with their profile, also when no operator runs. */
async function ownerOf(api: KubeApi, id: string): Promise<OwnerReference> {
  const { apiVersion, kind } = profileKind;
  const name = profileOfLaunch(id);
  const profile = await api.get(profileKind, name);
  if (profile === undefined || profile.metadata.deletionTimestamp !== undefined)
    throw new MusterError('start_failed', `The profile ${name} is not there any more.`, 'Apply it again.');
  return { apiVersion, kind, name, uid: profile.metadata.uid!, controller: true, blockOwnerDeletion: false };
}

/** What Kubernetes does not accept as it is will not be accepted later. */
function startError(error: unknown): unknown {
  const { code, message, remedy } = error as MusterError;
  return code === 'object_refused' ? new MusterError('start_failed', message, remedy) : error;
}

async function find(api: KubeApi, handles: readonly EngineHandle[]): Promise<Map<string, Pod>> {
  const found: (Pod | undefined)[] = [];
  if (handles.length <= mostSingle) found.push(...(await Promise.all(handles.map(({ id }) => api.get(pods, id)))));
  else {
    const profiles = new Set(handles.map(({ id }) => profileOfLaunch(id)));
    const [only] = profiles.size === 1 ? profiles : [undefined];
    const labels = only === undefined ? { 'app.kubernetes.io/name': 'muster-engine' } : { [profileLabel]: only };
    found.push(...(await api.list(pods, { labels })).items);
  }
  return new Map(found.flatMap((pod) => (pod?.metadata.labels?.[launchLabel] ? [[pod.metadata.name, pod]] : [])));
}

/** Rejects with `timeout` when it is not gone in time: its node may not answer. */
async function untilGone(api: KubeApi, { metadata }: Pod, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const now = await api.get(pods, metadata.name);
    if (now === undefined || now.metadata.uid !== metadata.uid) return;
    if (performance.now() >= deadline)
      throw new MusterError(
        'timeout',
        `The pod ${metadata.name} was told to end and is still there.`,
        'Check its node: kubectl get nodes. A pod of a node that is lost for ever goes by kubectl delete pod --force.',
      );
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

export function createPodsLauncher(options: PodsLauncherOptions): EngineLauncher<PodsSpec, EngineHandle> {
  const { api, removeTimeoutMs = 30_000 } = options;
  return {
    name: 'pods',
    maxEngines: 1,
    plan: ({ id, n }) => {
      checkOrder({ id, n }, 1);
      return { launcher: 'pods', id, n };
    },
    async submit(launch) {
      const { id } = launch.handle;
      // What is wrong with the launch itself is told without asking anybody.
      buildEnginePod(launch, options);
      try {
        await api.create(pods, buildEnginePod(launch, { ...options, owner: await ownerOf(api, id) }));
      } catch (error) {
        if (!isAlreadyExists(error)) throw startError(error);
        if ((await api.get(pods, id))?.metadata.labels?.[launchLabel] === id) return;
        throw new MusterError(
          'start_failed',
          `There is a pod ${id} that is not ours.`,
          'Remove it, or rename the profile.',
        );
      }
    },
    async status(handles) {
      let known: (id: string) => EngineLaunchStatus;
      try {
        const found = await find(api, handles);
        known = (id) => podStatus(found.get(id));
      } catch (error) {
        const reason = (error as Error).message;
        known = () => ({ engines: [{ state: 'unknown', reason: '' }], reason, logTail: '' });
      }
      return new Map(handles.map(({ id }) => [id, known(id)]));
    },
    async remove({ id }) {
      const pod = await api.get(pods, id);
      if (pod?.metadata.labels?.[launchLabel] !== id) return;
      await api.remove(pods, id, { uid: pod.metadata.uid });
      await untilGone(api, pod, removeTimeoutMs);
    },
  };
}
