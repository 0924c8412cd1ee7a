// Delivers to clients of an earlier process. They are connected again under another identity (§2.1), which is known as soon
// as they send anything. Those that only wait are not to wait for ever: what is for somebody who is not known goes to
// everybody who is connected and was never heard. Clients pass over answers to what they have not asked.
import type { Frames, PeerId } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { Pause } from './pause.ts';
import type { Strangers } from './strangers.ts';
import { numberOf } from './strangers.ts';

export interface Post {
  /** A request of this session came by this connection. */
  saw(session: string, peer: PeerId): void;
  /** Sends the message, or keeps it until the client is heard of. */
  deliver(session: string, frames: Frames): void;
  /** Messages that are kept. */
  readonly kept: number;
}

export interface PostOptions {
  readonly send: (peer: PeerId, frames: Frames) => void;
  readonly strangers: Pick<Strangers, 'count' | 'between'> | undefined;
  readonly log: Logger;
  readonly pause: Pause;
  readonly limits?: Partial<PostLimits>;
}

interface PostLimits {
  readonly sessions: number;
  readonly messages: number;
  readonly bytes: number;
}

interface Parcel {
  readonly session: string;
  readonly frames: Frames;
  readonly bytes: number;
  /** It went to all strangers up to this number. */
  sentTo: number;
  /** How often new strangers were looked for. */
  rounds: number;
}

const defaultLimits: PostLimits = { sessions: 10_000, messages: 10_000, bytes: 256 * 2 ** 20 };
const firstPauseMs = 100;
const longestPauseMs = 60_000;
/** Some ten minutes. */
const mostRounds = 18;
const countingMs = 5000;

/** The oldest go when a limit is reached: the results are in the records, where clients can ask for them. */
export function createPost({ send, strangers, log, pause, limits: given }: PostOptions): Post {
  const limits = { ...defaultLimits, ...given };
  const peers = new Map<string, PeerId>();
  const waiting = new Map<string, Parcel[]>();
  let [messages, bytes, dropped] = [0, 0, 0];
  let spreading = false;

  function take(session: string, count: number): Parcel[] {
    const parcels = waiting.get(session) ?? [];
    const taken = parcels.splice(0, count);
    if (parcels.length === 0) waiting.delete(session);
    messages -= taken.length;
    bytes -= taken.reduce((sum, parcel) => sum + parcel.bytes, 0);
    return taken;
  }
  function dropOldest(): void {
    take(waiting.keys().next().value!, 1);
    if (dropped++ === 0)
      log.warn(limits, 'results of clients that are not heard of are dropped; they can be fetched from the hub');
  }
  /** What is kept goes to strangers, also to those who connect later; and after some minutes it is given up. */
  async function spread(): Promise<void> {
    if (spreading) return;
    spreading = true;
    for (let pauseMs = firstPauseMs; messages > 0 && !pause.ended; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      await pause.for(pauseMs);
      const last = await Promise.race([strangers?.count(), pause.for(countingMs)]);
      for (const [session, parcels] of [...waiting]) {
        for (const parcel of parcels) sendToStrangers(parcel, last ?? -1);
        take(session, parcels.filter(({ rounds }) => rounds > mostRounds).length);
      }
    }
    spreading = false;
  }
  function sendToStrangers(parcel: Parcel, last: number): void {
    parcel.rounds++;
    if (strangers === undefined || last <= parcel.sentTo) return;
    for (const peer of strangers.between(parcel.sentTo, last)) send(peer, parcel.frames);
    parcel.sentTo = last;
  }
  return {
    saw(session, peer) {
      if (peers.get(session) === peer) return;
      peers.delete(session);
      peers.set(session, peer);
      if (peers.size > limits.sessions) peers.delete(peers.keys().next().value!);
      const number = numberOf(peer) ?? Number.POSITIVE_INFINITY;
      // It may have been among the strangers that got it.
      for (const parcel of take(session, Number.POSITIVE_INFINITY))
        if (number > parcel.sentTo) send(peer, parcel.frames);
    },
    deliver(session, frames) {
      const peer = peers.get(session);
      if (peer !== undefined) return send(peer, frames);
      const parcel = {
        session,
        frames,
        bytes: frames.reduce((sum, { length }) => sum + length, 0),
        sentTo: -1,
        rounds: 0,
      };
      const parcels = waiting.get(session);
      if (parcels === undefined) waiting.set(session, [parcel]);
      else parcels.push(parcel);
      messages++;
      bytes += parcel.bytes;
      while (messages > limits.messages || bytes > limits.bytes) dropOldest();
      void spread();
    },
    get kept() {
      return messages;
    },
  };
}
