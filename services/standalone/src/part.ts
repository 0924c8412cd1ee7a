// A service as the program around it sees it.
import type { Bus } from '@muster/bus';
import type { Ports } from '@muster/machine';
import type { Signer } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import type { Logger, Metric } from '@muster/telemetry';
import type { BoundSockets } from '@muster/transport';

/** What a service is given; the store only where it needs one. */
interface Surroundings<V> {
  readonly values: V;
  readonly log: Logger;
  readonly bus: Bus;
  readonly store: TaskStore | undefined;
  readonly sockets: BoundSockets;
  readonly ports: Ports;
  readonly signer: Signer;
  /** Ends the program, as a signal does. */
  end(why: string): void;
}

/** A service that runs. */
export interface Part {
  /** Facts may have been lost: it asks what is true, and tells what others may have missed. */
  resync(why: string): void;
  metrics(): Metric[];
  /** Why it takes no requests yet; undefined when it does. It does not go back. */
  whyNotReady?(): string | undefined;
  /** A client has ended the cluster: what is to be done before `stop`, until the signal comes. It may take 15 s. */
  shutDown?(signal: AbortSignal): Promise<void>;
  /** Closes its ports; what was accepted is still told to the bus and the store. */
  stop(): Promise<void>;
}

export type StartPart<V> = (surroundings: Surroundings<V>) => Promise<Part>;
