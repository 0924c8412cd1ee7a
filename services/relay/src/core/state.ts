import type { Frames, Message, PeerId } from '@muster/protocol';
import type { Target } from './effects.ts';
import type { RelayEvent } from './events.ts';
import type { PeerBytes } from './peer-bytes.ts';
import { createPeerBytes } from './peer-bytes.ts';

export interface RelaySettings {
  /** Coalesced broadcasts under way at most; beyond, a request is refused. */
  readonly maxCoalescing: number;
  /** Bytes of replies kept for coalescing at most, over all requests. */
  readonly maxCoalescedBytes: number;
  /**
   * How long a request for an unknown engine waits for the hub to say whether there is one, in microseconds. 0: it is
   * refused at once, as is right in one process, where nobody hears of an engine before the relay.
   */
  readonly engineWaitUs: number;
  /** Requests that wait so at most, and their bytes; beyond, they are refused at once. */
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
}

export const defaultSettings: RelaySettings = {
  maxCoalescing: 10_000,
  maxCoalescedBytes: 8 * 2 ** 30,
  engineWaitUs: 0,
  maxHeld: 1000,
  maxHeldBytes: 64 * 2 ** 20,
};

/** A request that waits, as it may be for an engine that the hub has just registered. */
export interface Held {
  readonly event: Extract<RelayEvent, { type: 'client.sent' | 'broadcast.requested' }>;
  /** The engines that it is for. */
  readonly engines: readonly string[];
  readonly sizeBytes: number;
  readonly untilUs: number;
  /** Lists of the hub that came since, and did not have them all. */
  lists: number;
}

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
  readonly bytesOf: PeerBytes;
  /** Registered engines. */
  readonly engines: Set<string>;
  /** By client and original msg_id. */
  readonly coalescing: Map<string, Coalescing>;
  /** Keys of `coalescing` by engine that they wait for. */
  readonly waitingFor: Map<string, Set<string>>;
  coalescedBytes: number;
  /** Keys of gathered broadcasts that have ended, the latest ones: what comes for them is late. */
  readonly ended: Set<string>;
  /** Oldest first. */
  held: Held[];
  heldBytes: number;
}

export const createState = (settings: RelaySettings = defaultSettings): RelayState => ({
  settings,
  bytesOf: createPeerBytes(),
  engines: new Set(),
  coalescing: new Map(),
  waitingFor: new Map(),
  coalescedBytes: 0,
  ended: new Set(),
  held: [],
  heldBytes: 0,
});

/** Figures of the relay. */
export const countsOf = (state: RelayState) => ({
  engines: state.engines.size,
  /** Broadcasts whose replies are gathered into one, and the bytes of these replies. */
  gathering: state.coalescing.size,
  gatheredBytes: state.coalescedBytes,
  /** Requests that wait until the hub has said whether their engine is there. */
  held: state.held.length,
});

/** What is left of requests; empty when all have been answered. */
export const leftovers = (state: RelayState): string[] =>
  Object.entries({
    'broadcasts being gathered': state.coalescing.size,
    'engines that gathering waits for': state.waitingFor.size,
    'gathered bytes': state.coalescedBytes,
    'requests that wait for their engine': state.held.length,
    'bytes that wait for their engine': state.heldBytes,
  }).flatMap(([what, count]) => (count === 0 ? [] : [`${count} ${what}`]));
