// From NATS messages to facts: puts parts together, and lets nothing through twice or behind what came after it.
import type { FactOf, FactType } from '../facts.ts';
import { ShapeError } from '../members.ts';
import { readFact } from './fact-bytes.ts';
import type { PartHeader } from './parts.ts';
import { headerBytes, readHeader } from './parts.ts';

export interface InboxOptions {
  readonly maxFactBytes: number;
  /** Facts of that type did not reach us. */
  readonly onMissed: (type: FactType, count: number) => void;
  /** Default 1000; the oldest is forgotten first. */
  readonly publisherLimit?: number;
}

export interface Inbox {
  /** The fact that is complete by this message, if one is. Throws ShapeError or ProtocolError. */
  receive<T extends FactType>(type: T, bytes: Buffer): FactOf<T> | undefined;
  /** Facts of that type are not received any more: what is missing from now on is not missed. */
  forget(type: FactType): void;
  /** Came again, or behind a later one, and were left out. */
  readonly stale: number;
  /** Bytes of facts whose last part is not here yet. */
  readonly unfinishedBytes: number;
}

interface Unfinished {
  readonly sequence: number;
  readonly parts: number;
  readonly pieces: Buffer[];
  bytes: number;
}

/** What is known of the facts of one type from one publisher. */
interface Lane {
  last: number;
  unfinished: Unfinished | undefined;
}

export function createInbox(options: InboxOptions): Inbox {
  const { maxFactBytes, onMissed, publisherLimit = 1000 } = options;
  const publishers = new Map<string, Map<FactType, Lane>>();
  /** Lanes with a fact whose last part is not here yet, oldest first. */
  const open = new Set<Lane>();
  let unfinishedBytes = 0;
  let stale = 0;

  function drop(lane: Lane): void {
    unfinishedBytes -= lane.unfinished?.bytes ?? 0;
    lane.unfinished = undefined;
    open.delete(lane);
  }
  /** Those whose publisher is gone would stay for ever: when the room is needed, the oldest go. */
  function makeRoom(): void {
    for (const lane of open) if (unfinishedBytes > 2 * maxFactBytes) drop(lane);
  }
  function laneOf(publisher: string, type: FactType): Lane | undefined {
    return publishers.get(publisher)?.get(type);
  }
  function addLane(publisher: string, type: FactType, last: number): Lane {
    let lanes = publishers.get(publisher);
    if (lanes === undefined) {
      lanes = new Map();
      publishers.set(publisher, lanes);
      if (publishers.size > publisherLimit) forgetOldest();
    }
    const lane: Lane = { last, unfinished: undefined };
    lanes.set(type, lane);
    return lane;
  }
  function forgetOldest(): void {
    const [oldest] = publishers;
    if (oldest === undefined) return;
    for (const lane of oldest[1].values()) drop(lane);
    publishers.delete(oldest[0]);
  }
  /** The lane of a fact that begins; undefined when it is stale. */
  function begin(type: FactType, { publisher, sequence }: PartHeader): Lane | undefined {
    const lane = laneOf(publisher, type) ?? addLane(publisher, type, sequence - 1);
    if (sequence <= lane.last) {
      stale++;
      return undefined;
    }
    drop(lane);
    if (sequence > lane.last + 1) onMissed(type, sequence - lane.last - 1);
    lane.last = sequence;
    return lane;
  }
  /** All bytes of the fact, when this was its last part. */
  function collect(type: FactType, header: PartHeader, piece: Buffer): Buffer | undefined {
    if (header.part === 0) {
      const lane = begin(type, header);
      if (lane === undefined) return undefined;
      if (header.parts === 1) return piece;
      lane.unfinished = { sequence: header.sequence, parts: header.parts, pieces: [], bytes: 0 };
      open.add(lane);
    }
    const lane = laneOf(header.publisher, type);
    const unfinished = lane?.unfinished;
    // We came while the fact was under way, or its beginning was refused.
    if (lane === undefined || unfinished?.sequence !== header.sequence) return undefined;
    if (unfinished.parts !== header.parts || unfinished.pieces.length !== header.part) {
      drop(lane);
      throw new ShapeError('the parts of the fact do not fit');
    }
    unfinished.pieces.push(piece);
    unfinished.bytes += piece.length;
    unfinishedBytes += piece.length;
    if (unfinished.bytes > maxFactBytes) {
      drop(lane);
      throw new ShapeError('the fact is too large');
    }
    makeRoom();
    if (unfinished.pieces.length < unfinished.parts) return undefined;
    drop(lane);
    return Buffer.concat(unfinished.pieces, unfinished.bytes);
  }
  return {
    receive<T extends FactType>(type: T, bytes: Buffer) {
      const whole = collect(type, readHeader(bytes), bytes.subarray(headerBytes));
      return whole && readFact(type, whole);
    },
    forget(type) {
      for (const lanes of publishers.values()) {
        const lane = lanes.get(type);
        if (lane !== undefined) drop(lane);
        lanes.delete(type);
      }
    },
    get stale() {
      return stale;
    },
    get unfinishedBytes() {
      return unfinishedBytes;
    },
  };
}
