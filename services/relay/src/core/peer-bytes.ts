// The bytes of peers' ids, made once a peer instead of once a message.
import { fromPeerId, type PeerId } from '@muster/protocol';

/** As fromPeerId. The bytes are shared, so nobody may change them; as frames, nobody does. */
export type PeerBytes = (peer: PeerId) => Uint8Array;

export function createPeerBytes(limit = 10_000): PeerBytes {
  const known = new Map<PeerId, Uint8Array>();
  return (peer) => {
    const found = known.get(peer);
    if (found !== undefined) return found;
    if (known.size >= limit) known.clear();
    const bytes = fromPeerId(peer);
    known.set(peer, bytes);
    return bytes;
  };
}
