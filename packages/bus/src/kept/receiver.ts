// The hub's side of kept facts: handles each once, asks for those that did not come, and acknowledges what is stored. Facts
// without a mark, as in one process, pass.
import type { ThrottledWarn } from '@muster/telemetry';
import type { Bus } from '../bus.ts';
import type { FactOf, KeptFactType } from '../facts.ts';
import { createAdmission } from './admission.ts';

export interface KeptReceiverOptions {
  readonly bus: Bus;
  /** Resolves when what the facts handled so far have to say is stored. */
  readonly settled: () => void | Promise<void>;
  readonly warn: ThrottledWarn;
  /** Between two acknowledgements. Default 50. */
  readonly acknowledgeAfterMs?: number;
}

export interface KeptReceiver {
  /** As the bus's. One for each type. */
  subscribe<T extends KeptFactType>(type: T, receive: (fact: FactOf<T>) => void): () => void;
  stop(): void;
}

export function createKeptReceiver(options: KeptReceiverOptions): KeptReceiver {
  const { bus, settled, warn, acknowledgeAfterMs = 50 } = options;
  const admission = createAdmission();
  /** Publishers that wait for an acknowledgement. */
  let waiting = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let busy = false;
  let stopped = false;

  function owe(publisher: string): void {
    waiting.add(publisher);
    if (busy || stopped) return;
    timer ??= setTimeout(() => void acknowledge(), acknowledgeAfterMs);
  }
  async function acknowledge(): Promise<void> {
    busy = true;
    const owed = [...waiting].map((publisher) => ({ publisher, upTo: admission.last(publisher) }));
    waiting = new Set();
    try {
      await settled();
      if (stopped) return;
      for (const { publisher, upTo } of owed) bus.publish({ type: 'facts.kept', publisher, upTo });
    } catch (error) {
      warn({ why: (error as Error).message }, 'bus: facts could not be stored, they will come again');
    } finally {
      busy = false;
      timer = undefined;
      for (const publisher of waiting) owe(publisher);
    }
  }
  /** True when the fact is to be handled. */
  function admits(fact: FactOf<KeptFactType>): boolean {
    const { kept } = fact;
    if (kept === undefined) return true;
    const { publisher, number } = kept;
    const after = admission.last(publisher);
    const admitted = admission.admit(kept, performance.now());
    if (admitted === 'missed') bus.publish({ type: 'facts.missed', publisher, after });
    if (admitted === 'given up') warn({ fact: fact.type, lost: number - after - 1 }, 'bus: facts are lost for good');
    if (admitted === 'early' || admitted === 'missed') return false;
    owe(publisher);
    return admitted !== 'repeated';
  }
  const end = bus.serve('facts.handled', ({ publisher }) => {
    const upTo = admission.last(publisher);
    // Whoever asks may have missed an acknowledgement.
    if (upTo > 0) owe(publisher);
    return { upTo };
  });
  return {
    subscribe<T extends KeptFactType>(type: T, receive: (fact: FactOf<T>) => void) {
      return bus.subscribe(type, (fact) => {
        if (admits(fact as FactOf<KeptFactType>)) receive(fact);
      });
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      end();
    },
  };
}
