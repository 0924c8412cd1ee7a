// The signing contract (§3.1, §3.3). The digest itself comes from the platform (see transport/src/hmac.ts for Node), so
// that this package stays free of it.
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
