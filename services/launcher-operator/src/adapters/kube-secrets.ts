// Secrets of Kubernetes that the operator reads and fills.
import type { KubeApi } from '@muster/kube';
import { secretOf, secrets, textsOf } from '@muster/kube';
import { MusterError } from '@muster/protocol';
import { isEqual } from '../core/index.ts';
import type { KeySecret } from '../source.ts';

/** The private key of a Secret. Rejects with MusterError `bad_option`, or what Kubernetes says. */
export async function readKeySecret(api: KubeApi, name: string): Promise<KeySecret> {
  const secret = await api.get(secrets, name);
  const { 'ssh-privatekey': key, known_hosts: knownHosts } = secret === undefined ? {} : textsOf(secret);
  if (key !== undefined) return { key, knownHosts };
  const what = secret === undefined ? 'does not exist' : 'has no ssh-privatekey';
  throw new MusterError(
    'bad_option',
    `The Secret '${name}' in namespace ${api.namespace} ${what}.`,
    `Make it: kubectl create secret generic ${name} --from-file=ssh-privatekey=FILE, and list it in the chart's launcherOperator.keySecrets.`,
  );
}

/** Writes texts by key; not when they are there already. */
export async function fillSecret(api: KubeApi, name: string, texts: Readonly<Record<string, string>>): Promise<void> {
  const wanted = secretOf({ name }, texts);
  const secret = await api.get(secrets, name);
  if (secret === undefined) await api.create(secrets, wanted);
  else if (!isEqual(textsOf(secret), texts)) await api.patch(secrets, name, { data: wanted.data });
}
