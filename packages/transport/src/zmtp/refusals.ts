// Telling of peers that were refused or let go: of the first at once, of those that follow together.
import { clearTimeout, setTimeout } from 'node:timers';
import { keptOut, keyRemedy, refusal } from '../kept-out.ts';
import type { Breach } from './breach.ts';

/** A refused peer may try many times a second, for ever. */
const tellEveryMs = 10_000;
/** More of them are counted, and not named. */
const mostAddresses = 16;

export interface Refusals {
  /** A peer that came to this port. */
  accepted(breach: Breach, port: number, address: string): void;
  /** One that this side went to. */
  dialled(breach: Breach, endpoint: string): void;
  stop(): void;
}

const remedyOf = ({ code }: Breach): string =>
  code === 'other_mechanism' || code === 'refused_us'
    ? keyRemedy
    : (limitRemedies[code] ?? 'See which program it is, and what it connects to.');

const handshakeCodes: readonly Breach['code'][] = [
  'not_zmtp',
  'old_protocol',
  'other_mechanism',
  'bad_socket_type',
  'refused_us',
];
const isOfHandshake = ({ code }: Breach): boolean => handshakeCodes.includes(code);

const limitRemedies: Partial<Record<Breach['code'], string>> = {
  frame_too_large: 'Send less at once, or raise the limit in the configuration.',
  message_too_large: 'Send less at once.',
  too_much_queued: 'See why it does not read: it may be stopped, or on a slow line.',
  stalled: 'See why it does not read: it may be stopped, or on a slow line.',
  identity_in_use:
    'Give each peer an identity of its own; of a peer that came back, wait until its old connection is found to be dead.',
};

export function createRefusals(onError: (error: Error) => void): Refusals {
  /** By reason, so that a flood for one does not hide another. */
  const stories = new Map<Breach['code'], Story>();
  return {
    accepted(breach, port, address) {
      let story = stories.get(breach.code);
      if (story === undefined) {
        story = createStory(onError);
        stories.set(breach.code, story);
      }
      story.add(breach, port, address);
    },
    dialled(breach, endpoint) {
      const what = isOfHandshake(breach) ? 'This side was kept out at' : 'The connection was ended to';
      onError(refusal(`${what} ${endpoint}: ${breach.message}`, remedyOf(breach)));
    },
    stop() {
      for (const story of stories.values()) story.stop();
    },
  };
}

interface Story {
  add(breach: Breach, port: number, address: string): void;
  stop(): void;
}

/** Those that were refused for one reason. */
function createStory(onError: (error: Error) => void): Story {
  let count = 0;
  let last: { readonly breach: Breach; readonly port: number } | undefined;
  let addresses = new Set<string>();
  let quiet: NodeJS.Timeout | undefined;

  function tell(): void {
    quiet = undefined;
    if (last === undefined) return;
    const { breach, port } = last;
    const error = keptOut({ why: breach.message, count, port, addresses: [...addresses], remedy: remedyOf(breach) });
    [count, last, addresses] = [0, undefined, new Set()];
    quiet = setTimeout(tell, tellEveryMs).unref();
    onError(error);
  }
  return {
    add(breach, port, address) {
      count++;
      last = { breach, port };
      if (address !== '' && addresses.size < mostAddresses) addresses.add(address.replace(/^::ffff:/, ''));
      if (quiet === undefined) tell();
    },
    stop() {
      clearTimeout(quiet);
      last = undefined;
    },
  };
}
