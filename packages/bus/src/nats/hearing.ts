// Facts that come in: from messages of NATS to the subscribers of this process.
import type { Logger } from '@muster/telemetry';
import type { Msg } from '@nats-io/transport-node';
import type { Bus, OnSubscriberError } from '../bus.ts';
import type { Fact, FactType } from '../facts.ts';
import { isRefusal } from './fact-bytes.ts';
import { createInbox } from './inbox.ts';
import type { Listening } from './listening.ts';
import type { Subjects } from './subjects.ts';

export interface HearingOptions {
  readonly subjects: Subjects;
  readonly listening: Listening;
  readonly maxFactBytes: number;
  readonly log: Logger;
  readonly onError: OnSubscriberError;
  readonly onBroken: (subject: string, error: Error) => void;
  readonly onMissed: (fact: FactType, count: number) => void;
}

export interface Hearing extends Pick<Bus, 'subscribe'> {
  /** Nothing is delivered any more, also not what is being delivered now. */
  close(): void;
  counts(): { readonly received: number; readonly missed: number; readonly stale: number };
}

interface Subscribers {
  readonly all: Set<(fact: Fact) => void>;
  readonly end: () => void;
}

export function createHearing(options: HearingOptions): Hearing {
  const { subjects, listening, log, onError, onBroken } = options;
  const heard = new Map<FactType, Subscribers>();
  let received = 0;
  let missed = 0;
  let isClosed = false;
  const inbox = createInbox({
    maxFactBytes: options.maxFactBytes,
    onMissed(fact, count) {
      missed += count;
      options.onMissed(fact, count);
    },
  });

  function read(type: FactType, { data, subject }: Msg): Fact | undefined {
    try {
      return inbox.receive(type, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    } catch (error) {
      if (!isRefusal(error)) log.error({ err: error, fact: type }, 'bus: a fact could not be read');
      onBroken(subject, error as Error);
      return undefined;
    }
  }
  function hear(type: FactType, message: Msg): void {
    const fact = read(type, message);
    if (fact === undefined) return;
    received++;
    for (const receive of heard.get(type)?.all ?? []) {
      try {
        receive(fact);
      } catch (error) {
        complain(error, fact);
      }
    }
  }
  /** An error that got out here would make the library deaf. */
  function complain(error: unknown, fact: Fact): void {
    try {
      onError(error, fact);
    } catch (another) {
      log.error({ err: another, fact: fact.type }, 'bus: an error of a subscriber could not be handled');
    }
  }
  function listenTo(type: FactType): Subscribers {
    const end = listening.add({ subject: subjects.fact(type), hear: (message) => hear(type, message) });
    const subscribers: Subscribers = { all: new Set(), end };
    heard.set(type, subscribers);
    return subscribers;
  }
  return {
    subscribe(type, receive) {
      if (isClosed) return () => {};
      const untyped = receive as (fact: Fact) => void;
      const subscribers = heard.get(type) ?? listenTo(type);
      subscribers.all.add(untyped);
      return () => {
        subscribers.all.delete(untyped);
        if (subscribers.all.size > 0 || heard.get(type) !== subscribers) return;
        heard.delete(type);
        subscribers.end();
        inbox.forget(type);
      };
    },
    close() {
      isClosed = true;
      for (const { all, end } of heard.values()) {
        all.clear();
        end();
      }
      heard.clear();
    },
    counts: () => ({ received, missed, stale: inbox.stale }),
  };
}
