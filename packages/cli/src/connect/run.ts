// Fetch the file; look whether the cluster answers; write the file, or forward ports and write one that leads through them.

import { createProgress, type Progress } from '@muster/cluster/progress';
import { listenForStop } from '@muster/cluster/stop-signals';
import { readIfThere, removeFile } from '@muster/config';
import type { KubeApi } from '@muster/kube';
import { connectKube, connectPodPorts } from '@muster/kube';
import type { ClientConnection } from '@muster/protocol';
import { formatConnection, MusterError } from '@muster/protocol';
import { type FoundConnection, findConnection } from './find-connection.ts';
import { type PodPorts, startForwarding } from './forwarding.ts';
import { createPodFinder } from './pod-ports.ts';
import { hostOf, isReachable } from './reachable.ts';
import type { ConnectValues } from './settings.ts';
import { chooseTarget, type Target, writeTarget } from './target.ts';

const reachMs = 2000;
/** The same trouble is not told more often. */
const faultMs = 5000;

/** Resolves to the exit status: at once when the cluster answers, else when a signal ends the forwarding. */
export async function connectToCluster(values: ConnectValues, env: NodeJS.ProcessEnv): Promise<number> {
  const progress = createProgress(process.stdout, values.logLevel === 'error' || values.logLevel === 'silent');
  const target = chooseTarget(values, env);
  const access = { context: values.context || undefined, namespace: values.namespace || undefined };
  const api = await connectKube(access);
  try {
    const found = await findConnection(api, values.release);
    const { connection } = found;
    const where = `${connection.interface}:${connection.registration}`;
    if (!values.forward) {
      if (await isReachable(hostOf(connection.interface), connection.registration, reachMs)) {
        writeTarget(target.file, formatConnection(connection));
        progress.say(`${found.name} in namespace ${api.namespace} answers at ${where}.`);
        tellNext(progress, target);
        return 0;
      }
      progress.say(
        `${found.name} in namespace ${api.namespace} does not answer at ${where}: going through the API server.`,
      );
    }
    const { open } = await connectPodPorts(access);
    await forward(found, { find: createPodFinder(api, found.name), open }, target, api, progress);
    return 0;
  } finally {
    api.close();
  }
}

async function forward(
  { name, connection }: FoundConnection,
  pods: PodPorts,
  target: Target,
  api: KubeApi,
  progress: Progress,
): Promise<void> {
  if ((await pods.find(connection.registration)) === undefined)
    throw new MusterError(
      'unreachable',
      `No pod of ${name} in namespace ${api.namespace} is ready.`,
      `See what they do: kubectl -n ${api.namespace} get pods -l app.kubernetes.io/name=muster`,
    );
  const stop = listenForStop(() => {});
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const onFault = (port: number, error: Error): void => {
    if (performance.now() - toldAtMs < faultMs) return;
    toldAtMs = performance.now();
    progress.say(`Port ${port}: ${error.message}; clients try again.`);
  };
  try {
    await using forwarding = await startForwarding(clientPorts(connection), pods, { onFault });
    const text = formatConnection(throughLoopback(connection, forwarding.portOf));
    writeTarget(target.file, text);
    try {
      tellNext(progress, target);
      progress.say('Ports are forwarded until Ctrl-C.');
      await ended(stop.signal);
    } finally {
      // It leads nowhere now; a file that somebody else wrote meanwhile stays.
      if (readIfThere(target.file) === text) removeFile(target.file);
    }
  } finally {
    stop.dispose();
  }
  progress.say(`Forwarding has ended; ${target.file} is removed.`);
}

const clientPorts = ({ registration, notification, control, mux, task, iopub, broadcast }: ClientConnection) => [
  ...[registration, notification, control, mux],
  ...[task, iopub, broadcast],
];

/** The same connection by ports of this machine. */
export function throughLoopback(connection: ClientConnection, portOf: (port: number) => number): ClientConnection {
  const { registration, notification, control, mux, task, iopub, broadcast } = connection;
  return {
    ...connection,
    interface: 'tcp://127.0.0.1',
    location: '127.0.0.1',
    ssh: '',
    registration: portOf(registration),
    notification: portOf(notification),
    control: portOf(control),
    mux: portOf(mux),
    task: portOf(task),
    iopub: portOf(iopub),
    broadcast: portOf(broadcast),
  };
}

function tellNext(progress: Progress, { file, python, typescript }: Target): void {
  progress.say(`The connection file is ${file}.`);
  progress.say('');
  progress.say(`  Python       import ipyparallel as ipp; client = ipp.Client(${python})`);
  progress.say(`  TypeScript   const client = await connect(${typescript});`);
  progress.say('');
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
