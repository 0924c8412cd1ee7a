// Which pod serves a port of the cluster now.
import type { KubeApi, Pod } from '@muster/kube';
import { pods } from '@muster/kube';

/** Answers are used again for so long: seven connections come at once. */
const freshMs = 500;

/** `name`: of the release's objects. Resolves to a pod that is ready and declares the port; undefined when none does. */
export function createPodFinder(api: KubeApi, name: string): (port: number) => Promise<string | undefined> {
  let asked: Promise<readonly Pod[]> | undefined;
  let askedAtMs = 0;
  function look(): Promise<readonly Pod[]> {
    if (asked !== undefined && performance.now() - askedAtMs < freshMs) return asked;
    askedAtMs = performance.now();
    asked = api.list(pods, { labels: { 'muster.dev/address': name } }).then(({ items }) => items);
    asked.catch(() => {
      asked = undefined;
    });
    return asked;
  }
  return async (port) => (await look()).find((pod) => isServing(pod, port))?.metadata.name;
}

function isServing({ metadata, spec, status }: Pod, port: number): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  const isReady = status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  const declared = spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort));
  return isReady === true && declared.includes(port);
}
