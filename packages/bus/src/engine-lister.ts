// For services that run apart from the hub: asks it which engines there are, as often as it takes to be answered.
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@muster/telemetry';
import type { Bus } from './bus.ts';
import type { EngineRef } from './facts.ts';
import type { AnswerOf } from './questions.ts';

export type EngineList = AnswerOf<'engines.list'>;

export interface EngineListerOptions {
  readonly bus: Bus;
  readonly log: Logger;
  /** Is given what is true now: what the hub has answered, and what it has told of since it was asked. */
  readonly onListed: (list: EngineList) => void;
  /** The hub did not answer, and is asked again. */
  readonly onUnanswered?: () => void;
  /** How long an answer is waited for. Default 2000. */
  readonly timeoutMs?: number;
  /** Before a question that nobody answered is asked again; doubled each time, up to 5000. Default 100. */
  readonly retryAfterMs?: number;
}

export interface EngineLister {
  /**
   * Resolves when `onListed` was given a list that is not older than this call, or all has been stopped. Calls that come
   * while the hub is being asked share the next question. Never rejects.
   */
  resync(): Promise<void>;
  stop(): void;
}

const longestRetryMs = 5000;
/** Between two questions, whoever wants them. */
const betweenMs = 20;

/** Asks by itself when a hub starts. */
export function createEngineLister(options: EngineListerOptions): EngineLister {
  const { bus, log, onListed, timeoutMs = 2000, retryAfterMs = 100 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const news = createNews(bus);
  let asking: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function ask(): Promise<void> {
    let waitMs = retryAfterMs;
    for (let attempts = 1; !signal.aborted; attempts++) {
      news.begin();
      try {
        const list = await bus.ask({ type: 'engines.list' }, { timeoutMs });
        if (!signal.aborted) onListed(news.amend(list));
        await pause(betweenMs, undefined, { signal }).catch(() => {});
        return;
      } catch (error) {
        if (signal.aborted) return;
        options.onUnanswered?.();
        log.debug({ why: (error as Error).message, attempts }, 'the hub does not say which engines there are');
        await pause(waitMs, undefined, { signal }).catch(() => {});
        waitMs = Math.min(2 * waitMs, longestRetryMs);
      }
    }
  }
  function begin(): Promise<void> {
    next = undefined;
    asking = ask().finally(() => {
      asking = undefined;
    });
    return asking;
  }
  function resync(): Promise<void> {
    if (asking === undefined) return begin();
    next ??= asking.then(begin);
    return next;
  }
  const end = bus.subscribe('service.started', ({ service }) => {
    if (service === 'hub') void resync();
  });
  return {
    resync,
    stop() {
      stopping.abort();
      end();
      news.stop();
    },
  };
}

/** What the hub tells while it is asked may overtake its answer. */
function createNews(bus: Bus) {
  /** undefined: gone. */
  const engines = new Map<string, EngineRef | undefined>();
  const pending = new Map<string, boolean>();
  let limit = 0;
  const note = <T>(map: Map<string, T>, uuid: string, value: T): void => {
    if (map.size < limit) map.set(uuid, value);
  };
  const ends = [
    bus.subscribe('engine.registered', ({ engine }) => {
      note(engines, engine.uuid, engine);
      note(pending, engine.uuid, false);
    }),
    bus.subscribe('engine.unregistered', ({ engine }) => note(engines, engine.uuid, undefined)),
    bus.subscribe('registration.pending', ({ uuid }) => note(pending, uuid, true)),
    bus.subscribe('registration.ended', ({ uuid }) => note(pending, uuid, false)),
  ];
  return {
    begin(): void {
      engines.clear();
      pending.clear();
      limit = 100_000;
    },
    amend(list: EngineList): EngineList {
      limit = 0;
      const listed = new Map<string, EngineRef | undefined>(list.engines.map((engine) => [engine.uuid, engine]));
      const awaited = new Map(list.pending.map((uuid) => [uuid, true]));
      for (const [uuid, engine] of engines) listed.set(uuid, engine);
      for (const [uuid, isPending] of pending) awaited.set(uuid, isPending);
      return {
        engines: [...listed.values()].filter((engine) => engine !== undefined),
        pending: [...awaited].flatMap(([uuid, isPending]) => (isPending ? [uuid] : [])),
      };
    },
    stop(): void {
      for (const end of ends) end();
    },
  };
}
