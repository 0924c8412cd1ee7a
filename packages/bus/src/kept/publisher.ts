// A bus for services that run apart from the hub: the facts of tasks and direct requests that are published on it are kept,
// and told again, until the hub says that it has stored them.
import { randomBytes } from 'node:crypto';
import { createSystemClock } from '@muster/machine/node';
import type { Logger } from '@muster/telemetry';
import { createThrottledWarn } from '@muster/telemetry';
import type { Bus } from '../bus.ts';
import type { Fact, KeptFact } from '../facts.ts';
import { isKeptType } from '../facts.ts';
import { carriedOf, copyOf, sizeOf } from './kept-bytes.ts';
import type { RingLimits } from './ring.ts';
import { createKeptRing } from './ring.ts';

interface KeptLimits extends RingLimits {
  /** Of larger facts the buffers do not travel: as the bus has it. */
  readonly maxFactBytes: number;
  /** Without news of the hub for so long, it is asked what it has; twice as long each time, up to 16 times. */
  readonly stallMs: number;
  /** How long `close` waits for the hub to store what is kept. */
  readonly closeTimeoutMs: number;
}

export interface KeptPublisherOptions extends Partial<KeptLimits> {
  readonly bus: Bus;
  readonly log: Logger;
}

const mib = 2 ** 20;
const keptDefaults: KeptLimits = {
  maxBytes: 64 * mib,
  maxFacts: 500_000,
  windowBytes: 16 * mib,
  maxFactBytes: 32 * mib,
  stallMs: 1000,
  closeTimeoutMs: 2000,
};

/** Frames are views of larger receive blocks: what is kept for longer than this much of others is copied. */
const uncopiedBytes = mib;

/** The bus given, through which kept facts take the long way. `close` closes that, too. */
export function createKeptPublisher(options: KeptPublisherOptions): Bus {
  const { bus, log, ...given } = options;
  const limits = { ...keptDefaults, ...given };
  const warn = createThrottledWarn(log, createSystemClock(), 1);
  const publisher = randomBytes(12).toString('base64url');
  const ring = createKeptRing(limits);
  const stall = createStall(limits.stallMs, askHub);
  const emptied = new Set<() => void>();
  let lost = 0;

  function pump(): void {
    for (let entry = ring.next(); entry !== undefined; entry = ring.next()) {
      const { number, fact } = entry;
      bus.publish({ ...fact, kept: { publisher, number, oldest: ring.oldest } });
    }
    if (ring.size > 0) stall.watch();
    else for (const resolve of emptied) resolve();
  }
  function publish(fact: Fact): void {
    if (!isKeptType(fact.type)) return bus.publish(fact);
    const kept = carriedOf(fact as KeptFact, limits.maxFactBytes);
    const gone = ring.push(ring.sizeBytes > uncopiedBytes ? copyOf(kept) : kept, sizeOf(kept));
    lost += gone;
    if (gone > 0) warn({ lost }, 'bus: too many facts wait for the hub, the oldest are lost');
    pump();
  }
  function tellAgain(after: number): void {
    ring.rewind(after);
    pump();
  }
  /** Nobody may be there to answer; then the hub says so itself when it starts. */
  function askHub(): void {
    bus
      .ask({ type: 'facts.handled', publisher }, { timeoutMs: limits.stallMs })
      .then(({ upTo }) => tellAgain(upTo))
      .catch(() => {});
  }
  const ends = [
    bus.subscribe('facts.kept', (fact) => {
      if (fact.publisher !== publisher || !ring.forget(fact.upTo)) return;
      stall.reset();
      pump();
    }),
    bus.subscribe('facts.missed', (fact) => {
      if (fact.publisher === publisher) tellAgain(fact.after);
    }),
    bus.subscribe('service.started', ({ service }) => {
      if (service === 'hub' && ring.size > 0) askHub();
    }),
  ];
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    if (ring.size > 0) await waitAtMost(limits.closeTimeoutMs, emptied);
    for (const end of ends) end();
    stall.stop();
    if (ring.size > 0) log.warn({ facts: ring.size }, 'bus: closed before the hub has stored all facts');
    await bus.close();
  }
  return {
    publish(fact) {
      if (closing === undefined) publish(fact);
    },
    subscribe: bus.subscribe,
    ask: bus.ask,
    serve: bus.serve,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** Calls `check` when nothing has been reset for a while, as long as somebody watches. */
function createStall(firstMs: number, check: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let waitMs = firstMs;
  let stopped = false;
  return {
    watch(): void {
      if (stopped || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        waitMs = Math.min(waitMs * 2, 16 * firstMs);
        check();
      }, waitMs);
    },
    reset(): void {
      clearTimeout(timer);
      timer = undefined;
      waitMs = firstMs;
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Resolves when somebody calls what it puts among the waiting, or after the time. */
async function waitAtMost(timeoutMs: number, waiting: Set<() => void>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    waiting.add(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
