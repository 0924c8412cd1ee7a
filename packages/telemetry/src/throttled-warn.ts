import type { Clock } from '@muster/machine';
import type { Logger } from './logger.ts';

/** Warnings that a peer can cause at will: a few of each kind a second are written, the rest counted. */
export type ThrottledWarn = (fields: object, message: string) => void;

const windowUs = 1_000_000;

/** `linesPerSecond`: of each message. The first line of a later second tells how many were left out (`leftOut`). */
export function createThrottledWarn(log: Logger, clock: Clock, linesPerSecond = 5): ThrottledWarn {
  const kinds = new Map<string, { sinceUs: number; lines: number; leftOut: number }>();
  return (fields, message) => {
    const nowUs = clock.nowUs();
    const kind = kinds.get(message) ?? { sinceUs: nowUs, lines: 0, leftOut: 0 };
    kinds.set(message, kind);
    if (nowUs - kind.sinceUs >= windowUs) {
      kind.sinceUs = nowUs;
      kind.lines = 0;
    }
    if (kind.lines >= linesPerSecond) {
      kind.leftOut++;
      return;
    }
    kind.lines++;
    log.warn(kind.leftOut > 0 ? { ...fields, leftOut: kind.leftOut } : fields, message);
    kind.leftOut = 0;
  };
}
