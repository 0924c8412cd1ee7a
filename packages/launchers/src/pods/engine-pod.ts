// From a launch to a pod with one engine. Pure.
import type { ProfileSpec } from '@muster/cluster-profile';
import type { Container, OwnerReference, Pod } from '@muster/kube';
import { MusterError } from '@muster/protocol';
import type { EngineHandle, EngineLaunch, EngineProgram } from '../engine-launcher.ts';
import { engineCommand, uuidFlag } from '../engine-program.ts';

export type PodsSpec = NonNullable<ProfileSpec['launcher']['pods']>;

export interface EnginePodOptions {
  /** Secret with the engines' connection file. */
  readonly connectionSecret: string;
  /** Images of engines whose profile names none; '' where there is none. */
  readonly images: { readonly node: string; readonly python: string };
  /** The profile, with which its pods go. */
  readonly owner?: OwnerReference | undefined;
}

const connectionKey = 'ipcontroller-engine.json';
export const profileLabel = 'muster.dev/profile';
export const launchLabel = 'muster.dev/launch';

/** User and group of the engine; its home is a folder of the pod. */
const engineUser = 1000;
const home = '/home/muster';

/** The profile's name: what a launch id begins with. */
export const profileOfLaunch = (id: string): string => id.slice(0, Math.max(0, id.lastIndexOf('-')));

const folders = [
  { name: 'tmp', mountPath: '/tmp' },
  { name: 'home', mountPath: home },
] as const;

function imageOf({ image, kernel }: EngineProgram, images: EnginePodOptions['images']): string {
  const found = image ?? images[kernel];
  if (found !== '') return found;
  throw new MusterError(
    'bad_option',
    `There is no image for engines with kernel ${kernel}.`,
    `Name one in spec.engine.image, or give the operator one with --engine-image-${kernel}.`,
  );
}

/** Kubernetes puts variables in the place of $(NAME); people's texts stay as they are. */
const literally = (text: string): string => text.replaceAll('$', '$$$$');

function environment({ env = [] }: EngineProgram, secret: string): NonNullable<Container['env']> {
  const own = env.some(({ name }) => name === 'HOME') ? [] : [{ name: 'HOME', value: home }];
  const theirs = env.map(({ name, value }) => ({ name, value: literally(value) }));
  // The last of a name counts: this one cannot be set by a profile.
  const connection = { secretKeyRef: { name: secret, key: connectionKey } };
  return [...own, ...theirs, { name: 'IPP_CONNECTION_INFO', valueFrom: connection }];
}

/** Without undefined members, as in JSON. */
function given<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

function engineContainer(
  { handle, spec, engine }: EngineLaunch<PodsSpec, EngineHandle>,
  { connectionSecret, images }: EnginePodOptions,
): Container {
  return {
    name: 'engine',
    image: imageOf(engine, images),
    ...given({ imagePullPolicy: spec.imagePullPolicy }),
    command: [...engineCommand(engine), uuidFlag(handle.id, 0)].map(literally),
    workingDir: engine.workDir ?? home,
    env: environment(engine, connectionSecret),
    ...given({ resources: engine.resources && (given(engine.resources) as Container['resources']) }),
    volumeMounts: folders,
    // The end of its log comes with its status: nobody needs the right to read logs.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
  };
}

/** Fits the pod security standard `restricted`. Throws MusterError `bad_option` when there is no image. */
export function buildEnginePod(launch: EngineLaunch<PodsSpec, EngineHandle>, options: EnginePodOptions): Pod {
  const { handle, spec } = launch;
  return {
    metadata: {
      name: handle.id,
      labels: {
        [profileLabel]: profileOfLaunch(handle.id),
        [launchLabel]: handle.id,
        'app.kubernetes.io/name': 'muster-engine',
        'app.kubernetes.io/managed-by': 'muster-launcher-operator',
      },
      ...(options.owner && { ownerReferences: [options.owner] }),
    },
    spec: {
      containers: [engineContainer(launch, options)],
      // A new engine is a new launch: its uuid is known to the controller.
      restartPolicy: 'Never',
      ...given({ serviceAccountName: spec.serviceAccountName }),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 5,
      ...given({ nodeSelector: spec.nodeSelector, tolerations: spec.tolerations?.map(given) }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: engineUser,
        runAsGroup: engineUser,
        fsGroup: engineUser,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      volumes: folders.map(({ name }) => ({ name, emptyDir: {} })),
    },
  };
}
