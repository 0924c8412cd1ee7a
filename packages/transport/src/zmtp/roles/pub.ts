import type { Frames } from '@muster/protocol';
import type { Subscriptions } from '../codec/subscriptions.ts';
import { createSubscriptions, readSubscription } from '../codec/subscriptions.ts';
import type { Peer } from '../peer.ts';
import type { Role, RoleOptions } from './role.ts';

/** Sends to each peer what it has subscribed to. */
export function createPub({ limits }: RoleOptions): Role {
  /** Those who have said anything. Who wants everything is asked nothing for each message. */
  const subscribers = new Map<Peer, Subscriptions>();

  function change(peer: Peer, subscribes: boolean, topic: Uint8Array): void {
    let own = subscribers.get(peer);
    if (own === undefined) {
      own = createSubscriptions(limits);
      subscribers.set(peer, own);
    }
    if (subscribes) own.add(topic);
    else own.remove(topic);
  }
  return {
    dialled() {},
    met() {},
    gone: (peer) => void subscribers.delete(peer),
    message(peer, frames) {
      // A PUB hears nothing but subscriptions.
      const told = readSubscription(frames);
      if (told !== undefined) change(peer, told.subscribes, told.topic);
    },
    command(peer, { name, body }) {
      if (name === 'SUBSCRIBE') change(peer, true, body);
      else if (name === 'CANCEL') change(peer, false, body);
    },
    send(_peer, frames: Frames) {
      for (const [peer, own] of subscribers) if (own.all || own.match(frames[0]!)) peer.output.push(frames);
    },
  };
}
