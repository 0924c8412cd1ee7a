// Keys and certificates of a cluster, and the kubeconfig files of those who talk to its API.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun } from '@muster/provision';

export interface Certificates {
  /** Path of `NAME.crt`, `NAME.key`, `sa.key`, `sa.pub`. */
  path(name: string): string;
  /** Path of a user's kubeconfig. */
  kubeconfig(user: User): string;
}

const users = {
  admin: '/O=system:masters/CN=admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kubelet: '/O=system:nodes/CN=system:node:node1',
  proxy: '/CN=system:kube-proxy',
} as const;
type User = keyof typeof users;

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
const serviceNames = [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** `address` is where the API server (on `port`) and the kubelet listen. */
export async function createCertificates(folder: string, address: string, port: number): Promise<Certificates> {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<string> => mustRun(['openssl', ...args]);
  const pair = (name: string): string[] => ['-keyout', path(`${name}.key`), '-out', path(`${name}.crt`), '-days', '30'];
  await openssl('req', '-x509', ...key, ...pair('ca'), '-subj', '/CN=test-ca');
  const signed = ['-x509', '-CA', path('ca.crt'), '-CAkey', path('ca.key'), ...key];
  const server = (name: string, subject: string, names: readonly string[]): Promise<string> => {
    const alternatives = [...names.map((each) => `DNS:${each}`), 'DNS:localhost', 'IP:127.0.0.1', `IP:${address}`];
    if (name === 'apiserver') alternatives.push('IP:10.96.0.1');
    const extensions = [`subjectAltName=${alternatives.join()}`, 'extendedKeyUsage=serverAuth,clientAuth'];
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    return openssl('req', ...signed, ...pair(name), '-subj', subject, ...added);
  };
  const client = (name: string, subject: string): Promise<string> =>
    openssl('req', ...signed, ...pair(name), '-subj', subject, '-addext', 'extendedKeyUsage=clientAuth');
  await Promise.all([
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', path('sa.key')),
    server('apiserver', '/CN=kube-apiserver', serviceNames),
    server('kubelet-server', '/O=system:nodes/CN=system:node:node1', ['node1']),
    client('apiserver-kubelet', '/O=system:masters/CN=apiserver-kubelet'),
    ...Object.entries(users).map(([name, subject]) => client(name, subject)),
  ]);
  await openssl('pkey', '-in', path('sa.key'), '-pubout', '-out', path('sa.pub'));
  const kubeconfig = (user: User): string => path(`${user}.kubeconfig`);
  for (const user of Object.keys(users) as User[])
    await writeFile(kubeconfig(user), await kubeconfigOf(path, user, `https://${address}:${port}`), { mode: 0o600 });
  return { path, kubeconfig };
}

async function kubeconfigOf(path: (name: string) => string, user: string, server: string): Promise<string> {
  const [ca, certificate, privateKey] = await Promise.all(
    ['ca.crt', `${user}.crt`, `${user}.key`].map((name) => readFile(path(name), 'base64')),
  );
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: user, user: { 'client-certificate-data': certificate, 'client-key-data': privateKey } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  });
}
