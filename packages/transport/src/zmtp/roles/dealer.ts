import type { Frames } from '@muster/protocol';
import type { SendQueue } from '../../send-queue.ts';
import type { Peer } from '../peer.ts';
import type { Role, RoleOptions } from './role.ts';

/** Sends to its peers in turn; while it has none, messages wait. */
export function createDealer({ inbox }: RoleOptions, waiting: SendQueue): Role {
  const peers: Peer[] = [];
  let turn = 0;

  function toNext(frames: Frames): boolean {
    if (peers.length === 0) return false;
    if (turn >= peers.length) turn = 0;
    peers[turn++]!.output.push(frames);
    return true;
  }
  function add(peer: Peer): void {
    peers.push(peer);
    waiting.flush(toNext);
  }
  return {
    dialled: add,
    met(peer) {
      if (peer.endpoint === undefined) add(peer);
    },
    gone(peer) {
      const at = peers.indexOf(peer);
      if (at === -1) return;
      peers.splice(at, 1);
      if (at < turn) turn--;
    },
    message: (_peer, frames) => inbox.add('', frames),
    command() {},
    send(_peer, frames) {
      if (waiting.messages > 0 || !toNext(frames)) waiting.push(frames);
    },
  };
}
