import type { Frames, Message, PeerId } from '@muster/protocol';
import type { Target } from './effects.ts';

export interface RelaySettings {
  /** Coalesced broadcasts under way at most; beyond, a request is refused. */
  readonly maxCoalescing: number;
  /** Bytes of replies kept for coalescing at most, over all requests. */
  readonly maxCoalescedBytes: number;
}

export const defaultSettings: RelaySettings = { maxCoalescing: 10_000, maxCoalescedBytes: 8 * 2 ** 30 };

/** A broadcast whose replies are gathered into one (§2.4). */
export interface Coalescing {
  readonly client: PeerId;
  readonly originalId: string;
  readonly targets: readonly Target[];
  /** uuids that have not answered. */
  readonly waiting: Set<string>;
  /** Buffers of the replies, by uuid. */
  readonly buffers: Map<string, Frames>;
  /** The first reply that is not ok; it is what the client gets. */
  failure: Message | undefined;
  bytes: number;
}

export interface RelayState {
  readonly settings: RelaySettings;
  /** Registered engines. */
  readonly engines: Set<string>;
  /** By client and original msg_id. */
  readonly coalescing: Map<string, Coalescing>;
  /** Keys of `coalescing` by engine that they wait for. */
  readonly waitingFor: Map<string, Set<string>>;
  coalescedBytes: number;
}

export const createState = (settings: RelaySettings = defaultSettings): RelayState => ({
  settings,
  engines: new Set(),
  coalescing: new Map(),
  waitingFor: new Map(),
  coalescedBytes: 0,
});

/** What is left of requests; empty when all have been answered. */
export const leftovers = (state: RelayState): string[] =>
  Object.entries({
    'broadcasts being gathered': state.coalescing.size,
    'engines that gathering waits for': state.waitingFor.size,
    'gathered bytes': state.coalescedBytes,
  }).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
