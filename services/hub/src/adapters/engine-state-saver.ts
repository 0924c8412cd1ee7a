// Keeps the engine-state file up to date (§7.5). It is written as a whole, so a thousand engines that come at once would
// write it a thousand times: writing may take a tenth of the time, and who comes meanwhile is in the next text.
import type { Ports } from '@muster/machine';
import type { ThrottledWarn } from '@muster/telemetry';

export interface EngineStateSaverOptions {
  readonly file: { write(text: string): void };
  /** What is to be written now. */
  readonly text: () => string;
  readonly ports: Pick<Ports, 'clock' | 'timers'>;
  readonly warn: ThrottledWarn;
}

export interface EngineStateSaver {
  /** Writes now, or soon when it was written a moment ago. */
  save(): void;
  /** Writes what waits. */
  close(): void;
}

const pausePerWrite = 9;
const mostUs = 1_000_000;
/** Needs no pause. */
const cheapUs = 100;
const timer = 'hub: engine state';

export function createEngineStateSaver({ file, text, ports, warn }: EngineStateSaverOptions): EngineStateSaver {
  const { clock, timers } = ports;
  let notBeforeUs = Number.NEGATIVE_INFINITY;
  let waits = false;

  function write(): void {
    waits = false;
    const beganUs = clock.nowUs();
    try {
      file.write(text());
    } catch (error) {
      const remedy = 'check that the log folder of the profile can be written';
      warn({ why: (error as Error).message, remedy }, 'engine-state file not written');
    }
    const nowUs = clock.nowUs();
    const tookUs = nowUs - beganUs;
    notBeforeUs = tookUs < cheapUs ? nowUs : nowUs + Math.min(tookUs * pausePerWrite, mostUs);
  }
  return {
    save() {
      if (waits) return;
      if (clock.nowUs() >= notBeforeUs) return write();
      waits = true;
      timers.set(timer, notBeforeUs, write);
    },
    close() {
      timers.clear(timer);
      if (waits) write();
    },
  };
}
