// A whole Kubernetes: its own programs and CoreDNS built from Go modules, etcd and containerd from Debian.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDebianPackages } from './debian.ts';
import { goBuild, goModule } from './go.ts';
import { faultOfCommand } from './machines.ts';
import type { Part } from './part.ts';
import type { Progress } from './progress.ts';

const version = '1.34.4';
const programs = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
] as const;
const packages = [
  ...['etcd-server', 'containerd', 'runc', 'containernetworking-plugins', 'iptables', 'conntrack', 'socat'],
  ...['iproute2', 'util-linux', 'openssl'],
];

/** A program of Kubernetes, `coredns` or `pause`. */
export const kubernetesProgramIn = (folder: string, name: (typeof programs)[number] | 'coredns' | 'pause'): string =>
  join(folder, 'bin', name);

const source = (name: string): string => join(import.meta.dirname, '../go', name);
const sources = ['coredns/go.mod', 'coredns/main.go', 'pause/go.mod', 'pause/main.go'];

// Kubernetes has its libraries as folders of its repository, which are not in the module: they are modules as well.
function wrapperModule(goMod: string): string {
  const library = `v0.${version.slice('1.'.length)}`;
  return `${goMod
    .replace('module k8s.io/kubernetes', 'module k8swrap')
    .replace(/^(\s*k8s\.io\/\S+) v0\.0\.0(?![-\d])/gm, `$1 ${library}`)
    .replace(/=> \.\/staging\/src\/(\S+)/g, `=> $1 ${library}`)}\nrequire k8s.io/kubernetes v${version}\n`;
}

// Without them the programs think they are of no version, and refuse each other.
const versionVariables = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((name) => [
  `${name}.gitVersion=v${version}`,
  `${name}.gitMajor=1`,
  `${name}.gitMinor=${version.split('.')[1]}`,
  `${name}.gitTreeState=clean`,
  `${name}.gitCommit=unknown`,
  `${name}.buildDate=1970-01-01T00:00:00Z`,
]);

async function buildKubernetes(module: string, bin: string, progress: Progress): Promise<void> {
  await mkdir(module, { recursive: true });
  await writeFile(join(module, 'go.mod'), 'module k8swrap\n\ngo 1.24\n');
  progress(`downloading the module of Kubernetes ${version}`);
  const folder = await goModule(`k8s.io/kubernetes@v${version}`, module);
  await writeFile(join(module, 'go.mod'), wrapperModule(await readFile(join(folder, 'go.mod'), 'utf8')));
  await writeFile(join(module, 'go.sum'), await readFile(join(folder, 'go.sum')));
  progress('compiling Kubernetes; from nothing this takes 7 minutes on two cores, with a warm Go cache one');
  const commands = programs.map((name) => `k8s.io/kubernetes/cmd/${name}`);
  await goBuild({ module, packages: commands, output: `${bin}/`, variables: versionVariables }, progress);
}

async function buildOwn(name: string, folder: string, bin: string, progress: Progress): Promise<void> {
  const module = join(folder, name);
  await cp(source(name), module, { recursive: true });
  progress(`compiling ${name}`);
  await goBuild({ module, packages: ['.'], output: join(bin, name) }, progress);
}

/** What this machine lacks of the Debian packages' programs. */
const missingProgram = (): string | undefined =>
  [
    ...['/usr/bin/etcd', '/usr/bin/containerd', '/usr/bin/ctr', '/usr/sbin/runc', '/usr/lib/cni/bridge'],
    ...['/usr/sbin/iptables', '/usr/sbin/conntrack', '/usr/bin/socat', '/usr/bin/openssl', '/usr/bin/nsenter'],
  ].find((path) => !existsSync(path));

const tryRoom = [
  ...['unshare', '--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--mount-proc'],
  ...['ip', 'link', 'add', 'pair0', 'type', 'veth'],
];

/** What a system that runs containers lacks of the machine itself. */
export async function faultOfMachine(leastMemoryMiB: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux';
  if (process.getuid?.() !== 0) return 'it needs root: namespaces, mounts and control groups';
  const groups = ['cgroup.controllers', 'memory/cgroup.procs'].map((name) => join('/sys/fs/cgroup', name));
  if (!groups.some((path) => existsSync(path))) return 'it needs control groups in /sys/fs/cgroup';
  if (!isWritable('/sys/fs/cgroup'))
    return 'it needs control groups that it may write, and /sys/fs/cgroup is read-only';
  const [, kib] = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? [];
  if (Number(kib) / 1024 < leastMemoryMiB)
    return `it needs ${leastMemoryMiB} MiB of free memory, and there are ${Math.round(Number(kib) / 1024)}`;
  return existsSync('/usr/bin/unshare') && existsSync('/usr/sbin/ip') ? faultOfCommand(tryRoom) : undefined;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export const kubernetes: Part = {
  title: `Kubernetes ${version}`,
  folderName: `kubernetes-${version}`,
  recipe: [
    ...sources.map((name) => readFileSync(source(name), 'utf8')),
    ...[programs, packages, versionVariables].map((list) => list.join(' ')),
  ].join(),
  unfit: () => faultOfMachine(3000),
  async build(folder, progress) {
    await ensureDebianPackages(packages, progress);
    const bin = join(folder, 'bin');
    const work = join(folder, 'work');
    await mkdir(bin, { recursive: true });
    await buildKubernetes(join(work, 'kubernetes'), bin, progress);
    for (const name of ['coredns', 'pause']) await buildOwn(name, work, bin, progress);
    await rm(work, { recursive: true });
  },
  async fault(folder) {
    const absent = missingProgram();
    if (absent !== undefined) return `${absent} is missing`;
    const fault =
      (await faultOfCommand([kubernetesProgramIn(folder, 'kubectl'), 'version', '--client'])) ??
      (await faultOfCommand([kubernetesProgramIn(folder, 'coredns'), '-version']));
    if (fault !== undefined) return fault;
    return [...programs, 'pause' as const]
      .map((name) => kubernetesProgramIn(folder, name))
      .filter((path) => !existsSync(path))
      .map((path) => `${path} is missing`)[0];
  },
};
