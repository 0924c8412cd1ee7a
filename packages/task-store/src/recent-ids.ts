/** Remembers ids for a while. */
export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
  delete(id: string): void;
  readonly size: number;
}

/**
 * Remembers at least the last `limit / 2` ids and at most `limit`. Two generations, of which the older is forgotten as a
 * whole: adding and asking cost a hash probe or two, whatever the limit.
 */
export function createRecentIds(limit: number): RecentIds {
  const half = Math.max(1, Math.ceil(limit / 2));
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    has: (id) => young.has(id) || old.has(id),
    add(id) {
      if (young.has(id)) return;
      if (young.size >= half) [old, young] = [young, new Set()];
      young.add(id);
    },
    delete(id) {
      young.delete(id);
      old.delete(id);
    },
    get size() {
      return young.size + old.size;
    },
  };
}
