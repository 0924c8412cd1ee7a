// What the bus tells its owner: thinned-out warnings, and its status.
import { createSystemClock } from '@muster/machine/node';
import { createThrottledWarn } from '@muster/telemetry';
import type { FactType } from '../facts.ts';
import type { BusStatus, NatsBusOptions } from './options.ts';

export function createReporter({ log, onStatus }: Pick<NatsBusOptions, 'log' | 'onStatus'>) {
  const warn = createThrottledWarn(log, createSystemClock(), 1);
  let broken = 0;

  function tell(status: BusStatus): void {
    try {
      onStatus?.(status);
    } catch (error) {
      log.error({ err: error, status: status.type }, 'bus: a status could not be handled');
    }
  }
  return {
    warn,
    tell,
    missed: createGathering((facts) => {
      warn({ facts }, 'bus: facts were missed');
      tell({ type: 'missed', facts });
    }),
    onBroken(subject: string, error: Error): void {
      broken++;
      warn({ subject, why: error.message, broken }, 'bus: what came in is broken, and dropped');
    },
    /** How much was, since the start. */
    broken: () => broken,
  };
}

const gatherMs = 100;

/** Counts by type, told together a moment after the first. */
function createGathering(tell: (counts: Readonly<Partial<Record<FactType, number>>>) => void) {
  let counts: Partial<Record<FactType, number>> = {};
  let timer: NodeJS.Timeout | undefined;
  return {
    add(type: FactType, count: number): void {
      counts[type] = (counts[type] ?? 0) + count;
      timer ??= setTimeout(() => {
        const gathered = counts;
        counts = {};
        timer = undefined;
        tell(gathered);
      }, gatherMs);
    },
    close: () => clearTimeout(timer),
  };
}
