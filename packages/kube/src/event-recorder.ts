// Events: what `kubectl describe` shows below an object.
import { createHash } from 'node:crypto';
import type { KubeApi } from './api.ts';
import { isAlreadyExists } from './errors.ts';
import type { KubeEvent, KubeObject, Resource } from './objects.ts';
import { kubeEvents } from './objects.ts';

export interface Happening {
  readonly type: 'Normal' | 'Warning';
  /** One word, as in conditions. */
  readonly reason: string;
  readonly message: string;
}

export interface EventRecorder {
  /** The same happening again counts up. Never rejects: an event that cannot be written is left out. */
  record<T extends KubeObject>(resource: Resource<T>, object: T, happening: Happening): Promise<void>;
}

export interface EventRecorderOptions {
  readonly api: KubeApi;
  /** Who tells it. */
  readonly component: string;
  onTrouble?(error: unknown): void;
}

/** More at once are left out: a failure that repeats fast shall not become a flood. */
const mostUnderWay = 16;
const longestMessage = 1000;

function build<T extends KubeObject>(resource: Resource<T>, object: T, what: Happening, component: string): KubeEvent {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const { type, reason, message } = { ...what, message: what.message.slice(0, longestMessage) };
  const digest = createHash('sha256')
    .update(JSON.stringify([uid, type, reason, message]))
    .digest('hex')
    .slice(0, 16);
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  return {
    metadata: { name: `${name.slice(0, 200)}.${digest}`, namespace },
    involvedObject: { apiVersion: resource.apiVersion, kind: resource.kind, name, namespace, uid, resourceVersion },
    ...{ type, reason, message },
    ...{ count: 1, firstTimestamp: now, lastTimestamp: now },
    source: { component },
  };
}

export function createEventRecorder({ api, component, onTrouble }: EventRecorderOptions): EventRecorder {
  let underWay = 0;
  async function write(event: KubeEvent): Promise<void> {
    const { name, namespace } = event.metadata;
    try {
      await api.create(kubeEvents, event);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const count = ((await api.get(kubeEvents, name, { namespace }))?.count ?? 0) + 1;
      await api.patch(kubeEvents, name, { count, lastTimestamp: event.lastTimestamp }, { namespace });
    }
  }
  return {
    async record(resource, object, happening) {
      if (underWay >= mostUnderWay) return;
      underWay++;
      try {
        await write(build(resource, object, happening, component));
      } catch (error) {
        onTrouble?.(error);
      } finally {
        underWay--;
      }
    },
  };
}
