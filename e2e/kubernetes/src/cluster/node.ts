// The one node: containerd with bridged pods, the kubelet and kube-proxy. Configurations and command lines.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificates } from './certificates.ts';

export interface NodeSettings {
  /** Work folder: containerd's images, the kubelet's volumes, logs. */
  readonly folder: string;
  readonly address: string;
  /** Control group of all pods. */
  readonly cgroup: string;
  readonly certificates: Certificates;
  readonly program: (name: 'kubelet' | 'kube-proxy') => string;
}

const podNetwork = '10.98.0.0/24';
const dnsAddress = '10.96.0.10';
export const containerdSocket = '/run/containerd/containerd.sock';
export const pauseImage = 'localhost/pause:1';

const containerdToml = (folder: string): string => `
version = 2
root = "${folder}/containerd"
state = "/run/containerd"
oom_score = 0
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;

const network = (folder: string): object => ({
  cniVersion: '0.4.0',
  name: 'pods',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        ranges: [[{ subnet: podNetwork }]],
        dataDir: join(folder, 'addresses'),
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

const kubelet = ({ folder, address, cgroup, certificates: { path } }: NodeSettings): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address,
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: path('ca.crt') } },
  authorization: { mode: 'Webhook' },
  tlsCertFile: path('kubelet-server.crt'),
  tlsPrivateKeyFile: path('kubelet-server.key'),
  cgroupDriver: 'cgroupfs',
  cgroupRoot: cgroup,
  failCgroupV1: false,
  failSwapOn: false,
  oomScoreAdj: 0,
  clusterDNS: [dnsAddress],
  clusterDomain: 'cluster.local',
  resolvConf: join(folder, 'resolv.conf'),
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  podLogsDir: '/var/log/pods',
  // This machine's disk and memory belong to others too: pods are not evicted because those use them.
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '1%',
    'imagefs.available': '1%',
    'nodefs.inodesFree': '1%',
  },
  imageGCHighThresholdPercent: 100,
  syncFrequency: '10s',
});

const proxy = ({ certificates }: NodeSettings): object => ({
  apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
  kind: 'KubeProxyConfiguration',
  mode: 'iptables',
  clientConnection: { kubeconfig: certificates.kubeconfig('proxy') },
  clusterCIDR: podNetwork,
  hostnameOverride: 'node1',
  oomScoreAdj: 0,
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
});

/** Writes the configuration of containerd and its network; gives containerd's command line. */
export async function prepareContainerd(folder: string): Promise<string[]> {
  await mkdir(join(folder, 'cni'), { recursive: true });
  await writeFile(join(folder, 'cni/10-pods.conflist'), JSON.stringify(network(folder)));
  await writeFile(join(folder, 'containerd.toml'), containerdToml(folder));
  return ['containerd', '--config', join(folder, 'containerd.toml'), '--log-level', 'warn'];
}

/** Writes the configuration of kubelet and kube-proxy; gives their command lines. */
export async function prepareNode(settings: NodeSettings): Promise<{ kubelet: string[]; proxy: string[] }> {
  const { folder, address, certificates, program } = settings;
  await writeFile(join(folder, 'resolv.conf'), `nameserver ${dnsAddress}\n`);
  await writeFile(join(folder, 'kubelet.json'), JSON.stringify(kubelet(settings)));
  await writeFile(join(folder, 'proxy.json'), JSON.stringify(proxy(settings)));
  return {
    kubelet: [
      program('kubelet'),
      `--config=${folder}/kubelet.json`,
      `--kubeconfig=${certificates.kubeconfig('kubelet')}`,
      `--root-dir=${folder}/kubelet`,
      `--cert-dir=${folder}/kubelet-certificates`,
      '--hostname-override=node1',
      `--node-ip=${address}`,
    ],
    proxy: [program('kube-proxy'), `--config=${folder}/proxy.json`],
  };
}
