import { encodeSubscription } from '../codec/subscriptions.ts';
import type { Role, RoleOptions } from './role.ts';

const everything = new Uint8Array(0);

/** Hears all that its peers publish. */
export const createSub = ({ inbox }: RoleOptions): Role => ({
  dialled() {},
  met: (peer, { minorVersion }) => peer.link!.control(encodeSubscription(everything, minorVersion)),
  gone() {},
  message: (_peer, frames) => inbox.add('', frames),
  command() {},
  send() {
    throw new Error('A SUB socket sends nothing.');
  },
});
