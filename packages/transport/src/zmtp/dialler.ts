// Connects, and connects again whenever the connection was lost, with growing pauses.

import { connect } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import type { Breach } from './breach.ts';
import { isPassing } from './breach.ts';
import type { Place } from './endpoints.ts';
import { connectOptions } from './endpoints.ts';
import type { Link } from './link.ts';
import { readStraight } from './reading.ts';

/** About ten attempts in the first second, fifteen in the next three; after some ten seconds one a second. */
const firstPauseMs = 50;
const longestPauseMs = 1_000;
const pauseGrowth = 1.1;

export interface DiallerOptions {
  readonly place: Place;
  /** Makes the link of a new attempt; its end is to be told by the function that is given. */
  readonly makeLink: (onClosed: (breach: Breach | undefined) => void) => Link;
  /** The peer broke the protocol: it is not tried again. */
  readonly onGivenUp: (breach: Breach) => void;
}

export interface Dialler {
  /** A handshake has ended well: after the next loss it is tried again soon. */
  succeeded(): void;
  /** No further attempts; the link of the present one, if there is one, lives on. */
  stop(): void;
  /** The present attempt, and those that follow. */
  readonly link: Link | undefined;
}

export function createDialler({ place, makeLink, onGivenUp }: DiallerOptions): Dialler {
  let pauseMs = firstPauseMs;
  let pause: NodeJS.Timeout | undefined;
  let isStopped = false;
  let link: Link | undefined;

  function onClosed(breach: Breach | undefined): void {
    link = undefined;
    if (isStopped) return;
    if (breach !== undefined && !isPassing(breach)) {
      isStopped = true;
      return onGivenUp(breach);
    }
    // Drawn from half of it to one and a half, so that those who lost the same peer do not come back at the same time.
    pause = setTimeout(attempt, pauseMs * (0.5 + Math.random()));
    pauseMs = Math.min(longestPauseMs, pauseMs * pauseGrowth);
  }
  function attempt(): void {
    const made = makeLink(onClosed);
    link = made;
    const socket = connect({ ...connectOptions(place), onread: readStraight(made.sink) });
    made.start(socket);
    socket.once('connect', made.open);
  }
  attempt();
  return {
    succeeded() {
      pauseMs = firstPauseMs;
    },
    stop() {
      isStopped = true;
      clearTimeout(pause);
    },
    get link() {
      return link;
    },
  };
}
