// etcd, the API server and its controllers: command lines and their order.
import type { Program } from '@muster/testkit';
import { until } from '@muster/testkit';
import type { Api } from './api.ts';
import type { Certificates } from './certificates.ts';

export interface ControlPlane {
  readonly address: string;
  readonly port: number;
  /** Folder of etcd's data. */
  readonly data: string;
  readonly certificates: Certificates;
  /** Path of a program of Kubernetes. */
  readonly program: (name: 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler') => string;
}

// In the room all ports are free.
const [client, peer] = ['http://127.0.0.1:2379', 'http://127.0.0.1:2380'];

export function etcdCommand({ data }: ControlPlane): string[] {
  return [
    'etcd',
    ...['--name', 'test', '--data-dir', data, '--unsafe-no-fsync', '--log-level', 'warn'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `test=${peer}`],
  ];
}

export function apiServerCommand({ address, port, certificates, program }: ControlPlane): string[] {
  const { path } = certificates;
  return [
    program('kube-apiserver'),
    `--etcd-servers=${client}`,
    `--bind-address=${address}`,
    `--advertise-address=${address}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${path('apiserver.crt')}`,
    `--tls-private-key-file=${path('apiserver.key')}`,
    `--client-ca-file=${path('ca.crt')}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${path('sa.pub')}`,
    `--service-account-signing-key-file=${path('sa.key')}`,
    `--kubelet-client-certificate=${path('apiserver-kubelet.crt')}`,
    `--kubelet-client-key=${path('apiserver-kubelet.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--allow-privileged=true',
  ];
}

export function controllerManagerCommand({ certificates, program }: ControlPlane): string[] {
  const { path, kubeconfig } = certificates;
  return [
    program('kube-controller-manager'),
    ...credentials(kubeconfig('controller-manager')),
    `--service-account-private-key-file=${path('sa.key')}`,
    `--root-ca-file=${path('ca.crt')}`,
    `--cluster-signing-cert-file=${path('ca.crt')}`,
    `--cluster-signing-key-file=${path('ca.key')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
  ];
}

export const schedulerCommand = ({ certificates, program }: ControlPlane): string[] => [
  program('kube-scheduler'),
  ...credentials(certificates.kubeconfig('scheduler')),
  '--leader-elect=false',
  '--bind-address=127.0.0.1',
];

const credentials = (kubeconfig: string): string[] => [
  `--kubeconfig=${kubeconfig}`,
  `--authentication-kubeconfig=${kubeconfig}`,
  `--authorization-kubeconfig=${kubeconfig}`,
];

/** Waits for the API server; rejects with what a program said that ended. */
export async function waitForApi(api: Api, programs: readonly Program[]): Promise<void> {
  const ended = (): Program | undefined => programs.find(({ exit }) => exit !== undefined);
  await until(async () => (await api.isReady()) || ended() !== undefined, {
    what: () => `the API server is ready. It said:\n${programs.at(-1)?.output.slice(-4000)}`,
    timeoutMs: 60_000,
  });
  const dead = ended();
  if (dead !== undefined) throw new Error(`a part of the control plane ended:\n${dead.output.slice(-4000)}`);
}
