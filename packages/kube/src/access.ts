// Who we are to which API server: a pod's own ServiceAccount, or a context of a kubeconfig.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { AgentOptions } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KubeError } from './errors.ts';

/** What a request carries besides itself. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Pick<AgentOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'>;
  /** In place of our own, where a proxy is between. */
  readonly agent?: object | undefined;
}

export interface KubeAccess {
  readonly server: URL;
  readonly namespace: string;
  /** Asked before requests; cheap. Tokens change. */
  credentials(): Promise<Credentials>;
}

export interface AccessOptions {
  /** A kubeconfig file; default KUBECONFIG, then the pod's own account, then ~/.kube/config. */
  readonly kubeconfig?: string | undefined;
  /** A context of the kubeconfig; default its current one. */
  readonly context?: string | undefined;
  /** Default: the pod's, or the context's. */
  readonly namespace?: string | undefined;
}

/** Kubernetes writes a new token there long before the old one expires. */
const tokenAgeMs = 30_000;
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The ServiceAccount of the pod we are in. */
export async function accountAccess(
  environment: Readonly<Record<string, string | undefined>>,
  folder = accountFolder,
): Promise<KubeAccess> {
  const read = async (name: string): Promise<string> => (await readFile(join(folder, name), 'utf8')).trim();
  const host = environment.KUBERNETES_SERVICE_HOST!;
  const port = environment.KUBERNETES_SERVICE_PORT ?? '443';
  let token = '';
  let readAtMs = Number.NEGATIVE_INFINITY;
  try {
    const [ca, namespace] = await Promise.all([read('ca.crt'), read('namespace')]);
    return {
      server: new URL(`https://${host.includes(':') ? `[${host}]` : host}:${port}`),
      namespace,
      async credentials() {
        if (performance.now() - readAtMs > tokenAgeMs) {
          token = await read('token');
          readAtMs = performance.now();
        }
        return { headers: { authorization: `Bearer ${token}` }, tls: { ca } };
      },
    };
  } catch (error) {
    throw new KubeError('access_denied', `The account of this pod cannot be read: ${(error as Error).message}.`, {
      remedy: 'Give the pod a ServiceAccount with automountServiceAccountToken: true.',
    });
  }
}

/** Finds the API server and our account as `kubectl` does. Rejects with KubeError `access_denied`. */
export async function loadAccess(options: AccessOptions = {}): Promise<KubeAccess> {
  const named = options.kubeconfig ?? (process.env.KUBECONFIG || undefined);
  const home = join(homedir(), '.kube/config');
  let access: KubeAccess;
  if (named === undefined && process.env.KUBERNETES_SERVICE_HOST !== undefined && options.context === undefined)
    access = await accountAccess(process.env);
  else if (named !== undefined || existsSync(home)) {
    // A pod has no use for it.
    const { kubeconfigAccess } = await import('./kubeconfig.ts');
    access = await kubeconfigAccess(named ?? home, options.context);
  } else
    throw new KubeError('access_denied', 'There is no kubeconfig, and this is no pod of Kubernetes.', {
      remedy: 'Set KUBECONFIG to the file of your cluster.',
    });
  return options.namespace === undefined ? access : { ...access, namespace: options.namespace };
}
