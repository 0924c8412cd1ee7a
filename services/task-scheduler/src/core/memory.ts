// How recent tasks ended: what `after` and `follow` on finished tasks need to know. Bounded, the oldest is forgotten.
// Tasks take note of their dependencies when they are submitted, so nothing that waits needs this memory any more.

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

/** Remembers the last `limit` outcomes: one Map entry (a small integer) and one slot of a ring each. */
export function createOutcomeMemory(limit: number): OutcomeMemory {
  const outcomes = new Map<string, number>();
  const ring: string[] = [];
  let next = 0;
  let forgetful = false;

  function makeRoom(msgId: string): void {
    if (ring.length < limit) {
      ring.push(msgId);
      return;
    }
    outcomes.delete(ring[next]!);
    ring[next] = msgId;
    next = (next + 1) % limit;
    forgetful = true;
  }
  return {
    get(msgId) {
      const code = outcomes.get(msgId);
      return code === undefined ? undefined : { ok: code % 2 === 1, host: Math.floor(code / 2) };
    },
    set(msgId, { ok, host }) {
      if (limit === 0) {
        forgetful = true;
        return;
      }
      if (!outcomes.has(msgId)) makeRoom(msgId);
      outcomes.set(msgId, host * 2 + (ok ? 1 : 0));
    },
    get size() {
      return outcomes.size;
    },
    get forgetful() {
      return forgetful;
    },
  };
}
