// A real API server of Kubernetes on loopback, for tests: etcd and kube-apiserver, without nodes.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '@muster/testkit';
import { freePort, missingPart, runProgram, startProgram, temporaryFolder, until } from '@muster/testkit';

/** Folder with kube-apiserver and kubectl. etcd is found on the PATH. */
const bin = process.env.KUBERNETES_BIN;

export const hasApiServer = bin !== undefined && existsSync(join(bin, 'kube-apiserver'));

/** The end of a test suite's title: why it is skipped. Throws when nothing may be skipped. */
export const whyMissing = (): string =>
  hasApiServer ? '' : ` (${missingPart('kube-apiserver', 'E2E_PROVISION=1 npm run e2e -- kubernetes')})`;

export interface ApiServer extends AsyncDisposable {
  readonly address: string;
  /** A kubeconfig for an account: `admin` may everything, `nobody` nothing. Its context names that namespace. */
  kubeconfig(account: 'admin' | 'nobody' | 'stranger', namespace: string): Promise<string>;
  /** As admin; gives its output, throws when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Starts the controller that removes what removed objects owned. It knows the kinds that there are by now. */
  collectGarbage(): Promise<void>;
  /** SIGKILL, and up again with the same data. */
  restart(): Promise<void>;
}

const accounts = 'admin-token,admin,admin,"system:masters"\nnobody-token,nobody,nobody,""\n';

export async function startApiServer(): Promise<ApiServer> {
  const folder = await temporaryFolder('kube');
  const file = (name: string): string => join(folder.path, name);
  const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()]);
  await writeFile(file('accounts.csv'), accounts);
  const key = await runProgram(['openssl', 'genrsa', '-out', file('sa.key'), '2048']);
  if (key.code !== 0) throw new Error(key.output);
  const etcd = await startProgram([
    ...['etcd', '--data-dir', file('etcd'), '--unsafe-no-fsync', '--name', 'e'],
    ...['--listen-client-urls', `http://127.0.0.1:${client}`, '--advertise-client-urls', `http://127.0.0.1:${client}`],
    ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
    ...['--initial-cluster', `e=http://127.0.0.1:${peer}`],
  ]);
  const argv = [
    ...[join(bin!, 'kube-apiserver'), `--etcd-servers=http://127.0.0.1:${client}`],
    ...['--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${file('certificates')}`],
    ...[
      `--token-auth-file=${file('accounts.csv')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
    ],
    ...['--service-account-issuer=https://kubernetes.default.svc', '--endpoint-reconciler-type=none'],
    ...[`--service-account-key-file=${file('sa.key')}`, `--service-account-signing-key-file=${file('sa.key')}`],
    '--disable-admission-plugins=ServiceAccount',
  ];
  let server: Program = await startProgram(argv);
  const address = `https://127.0.0.1:${port}`;

  async function kubeconfig(account: string, namespace: string): Promise<string> {
    const path = file(`${account}-${namespace}.kubeconfig`);
    // The server's own certificate, which it signed itself.
    const cluster = { server: address, 'certificate-authority': file('certificates/apiserver.crt') };
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
      clusters: [{ name: 'test', cluster }],
      users: [{ name: account, user: { token: `${account}-token` } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: account, namespace } }],
    };
    await writeFile(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }
  async function kubectl(args: readonly string[], input?: string): Promise<string> {
    const config = await kubeconfig('admin', 'default');
    const argv = [join(bin!, 'kubectl'), '--kubeconfig', config, ...args];
    const run = await runProgram(argv, input === undefined ? {} : { input });
    if (run.code !== 0) throw new Error(`kubectl ${args.join(' ')} failed:\n${run.output}`);
    return run.output;
  }
  const isUp = async (): Promise<void> => {
    const what = (): string => `the API server is ready; it says:\n${server.output.slice(-2000)}`;
    await until(async () => (await kubectl(['get', 'namespace', 'default'])) !== '', {
      what,
      timeoutMs: 60_000,
      everyMs: 200,
    });
  };
  let collector: Program | undefined;
  async function collectGarbage(): Promise<void> {
    const config = await kubeconfig('admin', 'default');
    collector = await startProgram([
      ...[join(bin!, 'kube-controller-manager'), '--kubeconfig', config, '--controllers=garbage-collector-controller'],
      ...['--leader-elect=false', '--secure-port=0', '--use-service-account-credentials=false'],
    ]);
  }
  async function stop(): Promise<void> {
    await collector?.stop({ signal: 'SIGKILL' });
    await server.stop({ signal: 'SIGKILL' });
    await etcd.stop({ signal: 'SIGKILL' });
    await folder.remove();
  }
  try {
    await isUp();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address,
    kubeconfig,
    kubectl,
    collectGarbage,
    async restart() {
      await server.stop({ signal: 'SIGKILL' });
      server = await startProgram(argv);
      await isUp();
    },
    [Symbol.asyncDispose]: stop,
  };
}
