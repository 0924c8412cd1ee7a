// The signing contract (§3.1, §3.3). The digest itself comes from the platform (see transport/src/hmac.ts for Node), so
// that this package stays free of it.
import { decodeLatin1 } from './bytes.ts';
import type { MessageParts } from './message.ts';

/** Signs and verifies with the key of one cluster. */
export interface Signer {
  /**
   * Lower-case hex HMAC, as ASCII bytes, over header ‖ parent_header ‖ metadata ‖ content. Empty when the key is empty.
   */
  sign(parts: MessageParts): Uint8Array;
  /** Constant in time. True for every message when the key is empty. */
  verify(signature: Uint8Array, parts: MessageParts): boolean;
}

/** The signer of a cluster without a key: signs nothing, accepts everything. */
export const openSigner: Signer = { sign: () => new Uint8Array(0), verify: () => true };

/** Half of a signature, 128 bits, says as surely which message it was, in half the memory. */
const rememberedBytes = 32;

/** Remembers signatures that were accepted, so that a message is accepted once. */
export interface ReplayGuard {
  /** True the first time a signature is seen; empty signatures are always fresh. */
  isFresh(signature: Uint8Array): boolean;
  readonly size: number;
}

/**
 * A guard of at least the last `limit` signatures (Python remembers 65,536, §3.3). It keeps two generations and forgets
 * the older one as a whole, so that a look-up is one or two hash probes and memory is at most 2 × limit entries.
 */
export function createReplayGuard(limit = 65_536): ReplayGuard {
  let young = new Set<string>();
  let old = new Set<string>();
  return {
    isFresh(signature) {
      if (signature.length === 0) return true;
      const key = decodeLatin1(signature, rememberedBytes);
      if (young.has(key) || old.has(key)) return false;
      if (young.size >= limit) [old, young] = [young, new Set()];
      young.add(key);
      return true;
    },
    get size() {
      return young.size + old.size;
    },
  };
}
