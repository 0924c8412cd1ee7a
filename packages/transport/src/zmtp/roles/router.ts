import { randomInt } from 'node:crypto';
import type { PeerId } from '@muster/protocol';
import { Breach } from '../breach.ts';
import type { Peer } from '../peer.ts';
import type { Role, RoleOptions } from './role.ts';

/** Knows each peer by a name. The first of a name has it; another waits, unheard, until the first is gone. */
export function createRouter({ inbox, tellsConnections, complain }: RoleOptions): Role {
  const known = new Map<PeerId, Peer>();
  const unheard = new Set<Peer>();
  const newName = createNamer((name) => known.has(name));

  function admit(peer: Peer, name: PeerId): void {
    known.set(name, peer);
    if (!tellsConnections) return;
    inbox.add(name, [Buffer.alloc(0)]);
    inbox.deliver();
  }
  return {
    dialled() {},
    met(peer, { identity }) {
      peer.name ??= identity === '' ? newName() : identity;
      const holder = known.get(peer.name);
      if (holder === undefined) return admit(peer, peer.name);
      if (holder === peer) return;
      unheard.add(peer);
      complain(peer, new Breach('identity_in_use'));
    },
    gone(peer) {
      unheard.delete(peer);
      if (peer.name === undefined || known.get(peer.name) !== peer) return;
      known.delete(peer.name);
      for (const next of unheard) {
        if (next.name !== peer.name) continue;
        unheard.delete(next);
        return admit(next, peer.name);
      }
    },
    message(peer, frames) {
      if (unheard.size === 0 || !unheard.has(peer)) inbox.add(peer.name!, frames);
    },
    command() {},
    send: (name, frames) => known.get(name)?.output.push(frames),
  };
}

/** Names as ROUTERs make them up: 5 bytes, the first 0. They begin anywhere, so that those of two processes differ. */
function createNamer(isTaken: (name: PeerId) => boolean): () => PeerId {
  let next = randomInt(2 ** 32);
  return () => {
    for (;;) {
      next = (next + 1) >>> 0;
      const name = String.fromCharCode(0, next >>> 24, (next >>> 16) & 255, (next >>> 8) & 255, next & 255);
      if (!isTaken(name)) return name;
    }
  };
}
