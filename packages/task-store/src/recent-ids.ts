import type { Digest } from './id-set.ts';
import { createIdSet, digestInto } from './id-set.ts';

/** Remembers ids for a while. */
export interface RecentIds {
  has(id: string): boolean;
  add(id: string): void;
  delete(id: string): void;
  readonly size: number;
}

/**
 * Remembers at least the last `limit / 2` ids and at most `limit`. Two generations, of which the older is forgotten as a
 * whole: adding and asking cost a look or two, whatever the limit, and an id takes 16 to 32 bytes.
 */
export function createRecentIds(limit: number): RecentIds {
  const half = Math.max(1, Math.ceil(limit / 2));
  const digest: Digest = { high: 0, low: 0 };
  let young = createIdSet();
  let old = createIdSet();
  return {
    has(id) {
      digestInto(digest, id);
      return young.has(digest) || old.has(digest);
    },
    add(id) {
      digestInto(digest, id);
      if (young.size >= half) {
        if (young.has(digest)) return;
        [old, young] = [young, old];
        young.clear();
      }
      young.add(digest);
    },
    delete(id) {
      if (young.size + old.size === 0) return;
      digestInto(digest, id);
      young.delete(digest);
      old.delete(digest);
    },
    get size() {
      return young.size + old.size;
    },
  };
}
