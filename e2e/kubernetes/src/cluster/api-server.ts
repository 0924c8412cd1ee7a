// Kubernetes without a node, on loopback: etcd, the API server and the controllers. For what is decided by the API alone:
// custom resources, their validation, status and scale, owners, rights, tokens.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { find, kubernetesProgramIn } from '@muster/provision';
import type { Program } from '@muster/testkit';
import { freePort, startProgram, temporaryFolder, until } from '@muster/testkit';
import { openApi } from './api.ts';
import { createCertificates } from './certificates.ts';
import type { ControlPlane } from './control-plane.ts';
import { apiServerCommand, controllerManagerCommand, etcdCommand, waitForApi } from './control-plane.ts';
import type { Kubectl } from './kubectl.ts';
import { createKubectl } from './kubectl.ts';

export interface ApiServer extends AsyncDisposable {
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly kubectl: Kubectl;
}

const host = '127.0.0.1';

export async function startApiServer(): Promise<ApiServer> {
  const kubernetes = await find('kubernetes');
  if (!kubernetes.present) throw new Error(`${kubernetes.title}: ${kubernetes.why}`);
  const folder = await temporaryFolder('api-server');
  const programs: Program[] = [];
  const start = async (argv: readonly string[]): Promise<Program> => {
    const program = await startProgram(argv);
    programs.push(program);
    return program;
  };
  const stop = async (): Promise<void> => {
    // The other way round than they were started: etcd outlives those who write into it.
    for (const program of programs.reverse()) await program.stop();
    await folder.remove();
  };
  try {
    const [port, etcdPort, peerPort, managerPort] = await Promise.all([1, 2, 3, 4].map(() => freePort()));
    const keys = join(folder.path, 'certificates');
    await mkdir(keys);
    const certificates = await createCertificates(keys, host, port!);
    const plane: ControlPlane = {
      address: host,
      port: port!,
      etcdPorts: [etcdPort!, peerPort!],
      data: join(folder.path, 'etcd'),
      certificates,
      program: (name) => kubernetesProgramIn(kubernetes.folder, name),
    };
    const api = await openApi(host, port!, certificates);
    await waitForApi(api, [await start(etcdCommand(plane)), await start(apiServerCommand(plane))]);
    await start(controllerManagerCommand(plane, managerPort!));
    await until(() => api.get('/api/v1/namespaces/default/serviceaccounts/default'), {
      what: 'the controllers have made the default account',
      timeoutMs: 30_000,
    });
    api.close();
    const kubeconfig = certificates.kubeconfig('admin');
    const kubectl = createKubectl(kubernetesProgramIn(kubernetes.folder, 'kubectl'), kubeconfig);
    return { kubeconfig, kubectl, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
