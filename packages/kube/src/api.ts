// What Muster asks of the API server of Kubernetes. The adapter speaks HTTPS; the twin in memory/ is for tests.
import type { KubeObject, Resource } from './objects.ts';

export interface InNamespace {
  /** Default: that of the access (the pod's own, or the context's). */
  readonly namespace?: string | undefined;
}

export interface Selection extends InNamespace {
  /** Only objects with all of these labels. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface ObjectList<T> {
  readonly items: readonly T[];
  /** Where a watch goes on. */
  readonly resourceVersion: string;
}

export type WatchEvent<T> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  /** Nothing happened, but a watch may go on from here. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string }
  /** The server does not know any more what happened since (410): list anew. The watch ends. */
  | { readonly type: 'expired' };

export interface WatchOptions extends Selection {
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  /** The watch stands; nothing after `resourceVersion` is missed. */
  readonly onOpen?: (() => void) | undefined;
}

export interface PatchOptions extends InNamespace {
  /** Patch this part only. */
  readonly subresource?: 'status' | undefined;
  /** Reject with `object_changed` when the object has another version by now. */
  readonly resourceVersion?: string | undefined;
}

export interface RemoveOptions extends InNamespace {
  /** Only this very object, not a later one of the same name. */
  readonly uid?: string | undefined;
}

/**
 * Rejections are KubeErrors: MusterError codes `unreachable` and `timeout` (try again), `access_denied`, `no_such_object`,
 * `object_changed`, `object_refused`, `limit_reached`, with the server's own reason.
 */
export interface KubeApi {
  /** The namespace of calls that name none. */
  readonly namespace: string;
  /** Undefined when there is no such object. */
  get<T extends KubeObject>(resource: Resource<T>, name: string, options?: InNamespace): Promise<T | undefined>;
  list<T extends KubeObject>(resource: Resource<T>, options?: Selection): Promise<ObjectList<T>>;
  /**
   * What changes after a version, until the server ends it (after two minutes), or `signal` (then it ends without an
   * error). Rejects when the connection breaks.
   */
  watch<T extends KubeObject>(resource: Resource<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Rejects with `object_changed` (reason AlreadyExists) when the name is taken. */
  create<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T>;
  /** A merge patch: lists are replaced, null takes a member away. */
  patch<T extends KubeObject>(resource: Resource<T>, name: string, patch: object, options?: PatchOptions): Promise<T>;
  /** Fine when there is no such object. With finalizers it is only marked. */
  remove(resource: Resource, name: string, options?: RemoveOptions): Promise<void>;
  /** Closes idle connections; calls under way are let be. */
  close(): void;
}
