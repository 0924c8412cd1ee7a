// How recent tasks ended: what `after` and `follow` on finished tasks need to know. Bounded, the oldest is forgotten.
// Tasks take note of their dependencies when they are submitted, so nothing that waits needs this memory any more.
//
// Numbers in plain memory: a hundred thousand texts in a Map would cost five times as much, and would be looked at by each garbage
// collection. An id counts by 64 bits of its hash.

/** Serial of the engine on which it ran; 0 when it ended without running. */
export interface Outcome {
  readonly ok: boolean;
  readonly host: number;
}

export interface OutcomeMemory {
  get(msgId: string): Outcome | undefined;
  set(msgId: string, outcome: Outcome): void;
  readonly size: number;
  /** Whether anything was ever forgotten: an unknown id may then be an old one. */
  readonly forgetful: boolean;
}

/** A ring of entries in the order of their ends, and chains through those whose hashes fall into the same place. */
interface Table {
  readonly room: number;
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly codes: Float64Array;
  /** Entry behind this one in its chain, or -1. */
  readonly behind: Int32Array;
  /** First entry of each chain, or -1. A power of two of them. */
  readonly chains: Int32Array;
}

const firstRoom = 1024;

function createTable(room: number): Table {
  const chains = 2 ** Math.ceil(Math.log2(Math.max(2, room)));
  return {
    room,
    low: new Int32Array(room),
    high: new Int32Array(room),
    codes: new Float64Array(room),
    behind: new Int32Array(room),
    chains: new Int32Array(chains).fill(-1),
  };
}

/** Remembers the last `limit` outcomes; its memory grows up to what they need. */
export function createOutcomeMemory(limit: number): OutcomeMemory {
  let table = createTable(Math.min(limit, firstRoom));
  let size = 0;
  /** The oldest entry, once all are in use. */
  let oldest = 0;
  let forgetful = false;
  let low = 0;
  let high = 0;

  /** FNV-1a twice, from different beginnings. */
  function hash(msgId: string): void {
    low = 0x811c9dc5;
    high = 0x9747b28c;
    for (let i = 0; i < msgId.length; i++) {
      const code = msgId.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x5bd1e995);
      high ^= high >>> 15;
    }
    low ^= low >>> 16;
  }
  function find(): number {
    const { chains, behind } = table;
    let at = chains[low & (chains.length - 1)]!;
    while (at >= 0 && (table.low[at] !== low || table.high[at] !== high)) at = behind[at]!;
    return at;
  }
  function link(at: number): void {
    const { chains, behind } = table;
    const chain = table.low[at]! & (chains.length - 1);
    behind[at] = chains[chain]!;
    chains[chain] = at;
  }
  function unlink(at: number): void {
    const { chains, behind } = table;
    const chain = table.low[at]! & (chains.length - 1);
    let before = chains[chain]!;
    if (before === at) {
      chains[chain] = behind[at]!;
      return;
    }
    while (behind[before] !== at) before = behind[before]!;
    behind[before] = behind[at]!;
  }
  function grow(): void {
    const { low: lows, high: highs, codes } = table;
    table = createTable(Math.min(limit, table.room * 2));
    table.low.set(lows);
    table.high.set(highs);
    table.codes.set(codes);
    for (let at = 0; at < size; at++) link(at);
  }
  /** An entry that is free, or that of the oldest. */
  function takeEntry(): number {
    if (size === table.room && table.room < limit) grow();
    if (size < table.room) return size++;
    const at = oldest;
    oldest = (oldest + 1) % limit;
    forgetful = true;
    unlink(at);
    return at;
  }
  return {
    get(msgId) {
      if (size === 0) return undefined;
      hash(msgId);
      const at = find();
      if (at < 0) return undefined;
      const code = table.codes[at]!;
      return { ok: code % 2 === 1, host: Math.floor(code / 2) };
    },
    set(msgId, { ok, host }) {
      if (limit === 0) {
        forgetful = true;
        return;
      }
      hash(msgId);
      let at = find();
      if (at < 0) {
        at = takeEntry();
        table.low[at] = low;
        table.high[at] = high;
        link(at);
      }
      table.codes[at] = host * 2 + (ok ? 1 : 0);
    },
    get size() {
      return size;
    },
    get forgetful() {
      return forgetful;
    },
  };
}
