import type { Clock } from '@muster/machine';
import type { Logger } from '@muster/telemetry';

export interface DropLog {
  /** A message was dropped. */
  drop(cause: string, detail: string, from: 'client' | 'engine'): void;
  /** Dropped since the start. */
  readonly dropped: { readonly client: number; readonly engine: number };
}

const quietUs = 1_000_000;

/** Logs dropped messages, at most one line a second for each cause and side: whoever floods us must not flood the log. */
export function createDropLog(log: Logger, clock: Clock): DropLog {
  const seen = new Map<string, { nextUs: number; unsaid: number }>();
  const dropped = { client: 0, engine: 0 };
  return {
    drop(cause, detail, from) {
      dropped[from]++;
      const key = `${from} ${cause}`;
      const nowUs = clock.nowUs();
      const entry = seen.get(key) ?? { nextUs: 0, unsaid: 0 };
      seen.set(key, entry);
      if (nowUs < entry.nextUs) {
        entry.unsaid++;
        return;
      }
      log.warn({ cause, detail, from, unsaid: entry.unsaid }, 'message dropped');
      entry.nextUs = nowUs + quietUs;
      entry.unsaid = 0;
    },
    dropped,
  };
}
