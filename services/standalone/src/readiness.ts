// Is the program ready, and if not, why.
import type { Logger } from '@muster/telemetry';

export interface Readiness {
  /** Why a part keeps the program from being ready; undefined when it does not any more. */
  set(part: string, why: string | undefined): void;
  /** One line each; empty when it is ready. */
  reasons(): readonly string[];
  /** No more is logged. */
  close(): void;
}

/** Says in the log when it is ready and when not, and every so often what is waited for. */
export function createReadiness(log: Logger, repeatMs = 5000): Readiness {
  const lacking = new Map<string, string>();
  const reasons = (): string[] => [...lacking].map(([part, why]) => `${part}: ${why}`);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function say(): void {
    timer?.refresh();
    log.info({ for: reasons() }, 'waiting');
  }
  return {
    set(part, why) {
      const before = lacking.get(part);
      if (before === why) return;
      if (why === undefined) lacking.delete(part);
      else lacking.set(part, why);
      if (isClosed) return;
      if (lacking.size === 0) {
        clearInterval(timer);
        timer = undefined;
        log.info({}, 'ready');
      } else {
        timer ??= setInterval(say, repeatMs).unref();
        if (why !== undefined) say();
      }
    },
    reasons,
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}
