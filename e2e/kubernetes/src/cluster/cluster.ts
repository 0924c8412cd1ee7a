// A real Kubernetes of one node, in a room of its own.
import { join } from 'node:path';
import { find, kubernetesProgramIn, mustRun } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { runProgram, startProgram, temporaryFolder, until } from '@muster/testkit';
import type { Api } from './api.ts';
import { openApi } from './api.ts';
import { createCertificates } from './certificates.ts';
import type { ControlPlane } from './control-plane.ts';
import {
  apiServerCommand,
  controllerManagerCommand,
  etcdCommand,
  schedulerCommand,
  waitForApi,
} from './control-plane.ts';
import { dnsObjects } from './dns.ts';
import type { Kubectl } from './kubectl.ts';
import { createKubectl } from './kubectl.ts';
import { linkRoom } from './link.ts';
import { containerdSocket, prepareContainerd, prepareNode } from './node.ts';
import { describeTrouble } from './report.ts';
import type { Room } from './room.ts';
import { openRoom } from './room.ts';
import { systemArchive } from './system-images.ts';

export interface Cluster extends AsyncDisposable {
  /** The node's address, reachable from this machine: node ports answer here. */
  readonly address: string;
  /** Path of the administrator's kubeconfig; its server is reachable from this machine. */
  readonly kubeconfig: string;
  readonly room: Room;
  readonly kubectl: Kubectl;
  /** Makes the images of a docker archive known to the node. */
  importImages(archive: string): Promise<void>;
  /** What to look at when something went wrong: pods, events, logs, the last words of the parts. */
  report(): Promise<string>;
  /** Ends the cluster with all that runs in it; nothing is left. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Archives to import while the control plane starts. */
  readonly archives?: readonly string[];
  readonly progress?: (phase: string) => void;
}

const port = 6443;

export async function startCluster({ archives = [], progress = () => {} }: ClusterOptions = {}): Promise<Cluster> {
  const kubernetes = await find('kubernetes');
  if (!kubernetes.present) throw new Error(`${kubernetes.title}: ${kubernetes.why}`);
  const folder = (await temporaryFolder('kubernetes')).path;
  const room = await openRoom(folder);
  const programs: Program[] = [];
  const start = async (argv: readonly string[]): Promise<Program> => {
    const program = await startProgram(room.inside(argv));
    programs.push(program);
    return program;
  };
  try {
    const { node: address } = await linkRoom(room);
    progress('room and network');
    const program = (name: Parameters<typeof kubernetesProgramIn>[1]) => kubernetesProgramIn(kubernetes.folder, name);
    const imported = startContainerd(folder, room, start).then(async (importImages) => {
      for (const archive of [await systemArchive(kubernetes.folder), ...archives]) await importImages(archive);
      progress('images');
      return importImages;
    });
    imported.catch(() => {});
    const certificates = await createCertificates(folder, address, port);
    const data = join(folder, 'etcd');
    const plane: ControlPlane = { address, port, data, certificates, program };
    const api = await openApi(address, port, certificates);
    await waitForApi(api, [await start(etcdCommand(plane)), await start(apiServerCommand(plane))]);
    progress('API server');
    await start(controllerManagerCommand(plane));
    await start(schedulerCommand(plane));
    const importImages = await imported;
    // Only now: a kubelet that misses an image once waits for long before it looks again.
    const commands = await prepareNode({ folder, address, cgroup: room.cgroup, certificates, program });
    for (const argv of Object.values(commands)) await start(argv);
    const kubeconfig = certificates.kubeconfig('admin');
    const kubectl = createKubectl(program('kubectl'), kubeconfig);
    await kubectl.apply(...dnsObjects);
    const cluster = clusterOf({ address, kubeconfig, room, programs, importImages, api, kubectl });
    await waitForNode(api, cluster, progress);
    return cluster;
  } catch (error) {
    const said = programs.map(({ output }) => output.split('\n').slice(-12).join('\n')).join('\n---\n');
    await stopAll(room, programs);
    throw new Error(`the cluster did not start: ${(error as Error).message}\n${said}`, { cause: error });
  }
}

type Start = (argv: readonly string[]) => Promise<Program>;

async function startContainerd(folder: string, room: Room, start: Start) {
  const containerd = await start(await prepareContainerd(folder));
  const ctr = (...args: string[]): string[] =>
    room.inside(['ctr', '--address', containerdSocket, '--namespace', 'k8s.io', ...args]);
  await until(async () => (await runProgram(ctr('version'))).code === 0, {
    what: () => `containerd answers. It said:\n${containerd.output}`,
    everyMs: 100,
  });
  return async (archive: string): Promise<void> => {
    await mustRun(ctr('images', 'import', archive));
  };
}

interface ReadyPart {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
const hasCondition = (object: ReadyPart | undefined, type: string): boolean =>
  object?.status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;

async function waitForNode(api: Api, cluster: Cluster, progress: (phase: string) => void): Promise<void> {
  const node = '/api/v1/nodes/node1';
  await until(async () => hasCondition(await api.get(node), 'Ready'), {
    what: 'the node is ready',
    timeoutMs: 60_000,
    everyMs: 100,
  });
  progress('node');
  const dns = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
  const isUp = until(async () => hasCondition(await api.get(dns), 'Available'), {
    what: 'the DNS of the cluster is up',
    timeoutMs: 60_000,
    everyMs: 100,
  });
  await isUp.catch(async (error: Error) => {
    throw new Error(`${error.message}\n${await cluster.report()}`);
  });
  // Pods need the default account, which the controller manager makes in its own time.
  await until(() => api.get('/api/v1/namespaces/default/serviceaccounts/default'), { what: 'the default account' });
  progress('DNS');
}

type ClusterParts = Pick<Cluster, 'address' | 'kubeconfig' | 'room' | 'kubectl' | 'importImages'> & {
  readonly programs: readonly Program[];
  readonly api: Api;
};

function clusterOf({ programs, api, ...facts }: ClusterParts): Cluster {
  const stop = async (): Promise<void> => {
    api.close();
    await stopAll(facts.room, programs);
  };
  return {
    ...facts,
    report: () => describeTrouble(facts.kubectl, programs),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function stopAll(room: Room, programs: readonly Program[]): Promise<void> {
  await room.stop();
  await Promise.all(programs.map((program) => program.stop()));
}
