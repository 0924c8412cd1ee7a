// What an uninstalled release has left in its namespace.
import type { Kubectl } from '../cluster/kubectl.ts';

interface Named {
  readonly items: readonly { readonly kind: string; readonly metadata: { readonly name: string } }[];
}

/** What Kubernetes itself puts into every namespace, and what tells of the past. */
const always = new Set(['ConfigMap/kube-root-ca.crt', 'ServiceAccount/default']);
const past = /^(events|events\.events\.k8s\.io|pods\.metrics\.k8s\.io)$/;

/** All objects of all kinds in the namespace, as `Kind/name`. */
export async function whatIsLeft(kubectl: Kubectl): Promise<string[]> {
  const listable = ['api-resources', '--verbs=list', '--namespaced', '--output=name'];
  const kinds = (await kubectl.run(listable)).trim().split('\n');
  const { items } = await kubectl.get<Named>(kinds.filter((kind) => !past.test(kind)).join());
  return items.map(({ kind, metadata }) => `${kind}/${metadata.name}`).filter((name) => !always.has(name));
}
