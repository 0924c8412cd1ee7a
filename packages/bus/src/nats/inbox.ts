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
  readonly type: FactType;
  last: number;
  unfinished: Unfinished | undefined;
}

export function createInbox(options: InboxOptions): Inbox {
  const { maxFactBytes, onMissed } = options;
  /** Lanes with a fact whose last part is not here yet, oldest first. */
  const open = new Set<Lane>();
  let unfinishedBytes = 0;
  let stale = 0;

  function drop(lane: Lane): void {
    unfinishedBytes -= lane.unfinished?.bytes ?? 0;
    lane.unfinished = undefined;
    open.delete(lane);
  }
  const lanes = createLanes(options.publisherLimit ?? 1000, drop);

  /** What came of a fact is no use any more. */
  function abandon(lane: Lane): void {
    if (lane.unfinished === undefined) return;
    drop(lane);
    onMissed(lane.type, 1);
  }
  /** Those whose publisher is gone would stay for ever: when the room is needed, the oldest go. */
  function makeRoom(): void {
    for (const lane of open) if (unfinishedBytes > 2 * maxFactBytes) abandon(lane);
  }
  /** The lane of a fact that begins; undefined when it is stale. */
  function begin(type: FactType, { publisher, sequence }: PartHeader): Lane | undefined {
    const lane = lanes.of(publisher, type) ?? lanes.add(publisher, { type, last: sequence - 1, unfinished: undefined });
    if (sequence <= lane.last) {
      stale++;
      return undefined;
    }
    abandon(lane);
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
    const lane = lanes.of(header.publisher, type);
    // Of others we did not see the beginning, or did not want it.
    return lane?.unfinished?.sequence === header.sequence ? add(lane, lane.unfinished, header, piece) : undefined;
  }
  function add(lane: Lane, unfinished: Unfinished, { part, parts }: PartHeader, piece: Buffer): Buffer | undefined {
    const { pieces } = unfinished;
    const fits = parts === unfinished.parts && part === pieces.length;
    if (!fits || unfinished.bytes + piece.length > maxFactBytes) {
      abandon(lane);
      throw new ShapeError(fits ? 'the fact is too large' : 'the parts of the fact do not fit');
    }
    pieces.push(piece);
    unfinished.bytes += piece.length;
    unfinishedBytes += piece.length;
    makeRoom();
    if (pieces.length < parts) return undefined;
    drop(lane);
    return Buffer.concat(pieces, unfinished.bytes);
  }
  return {
    receive<T extends FactType>(type: T, bytes: Buffer) {
      const whole = collect(type, readHeader(bytes), bytes.subarray(headerBytes));
      return whole && readFact(type, whole);
    },
    forget: lanes.forget,
    get stale() {
      return stale;
    },
    get unfinishedBytes() {
      return unfinishedBytes;
    },
  };
}

/** Lanes by publisher and type. `onForget` is told of those that are not remembered any more. */
function createLanes(publisherLimit: number, onForget: (lane: Lane) => void) {
  const publishers = new Map<string, Map<FactType, Lane>>();

  function forgetOldest(): void {
    const [oldest] = publishers;
    if (oldest === undefined) return;
    for (const lane of oldest[1].values()) onForget(lane);
    publishers.delete(oldest[0]);
  }
  return {
    of: (publisher: string, type: FactType): Lane | undefined => publishers.get(publisher)?.get(type),
    add(publisher: string, lane: Lane): Lane {
      let lanes = publishers.get(publisher);
      if (lanes === undefined) {
        lanes = new Map();
        publishers.set(publisher, lanes);
        if (publishers.size > publisherLimit) forgetOldest();
      }
      lanes.set(lane.type, lane);
      return lane;
    },
    forget(type: FactType): void {
      for (const lanes of publishers.values()) {
        const lane = lanes.get(type);
        if (lane !== undefined) onForget(lane);
        lanes.delete(type);
      }
    },
  };
}
