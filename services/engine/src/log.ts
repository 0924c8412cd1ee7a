// Lines for people or for machines, in the form of the other programs. Small on purpose: every engine loads it twice.
import { formatDate } from '@muster/protocol';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Fields first, then the constant message. No payload of users at any level. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type LogFormat = 'text' | 'json';

const ranks: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };
const names = { debug: 'DEBUG', info: 'INFO', warn: 'WARNING', error: 'ERROR' } as const;
/** As in the other programs' lines for machines. */
const numbers = { debug: 20, info: 30, warn: 40, error: 50 } as const;

/** `service` may change: an engine learns its number late. */
export function createLog(
  level: LogLevel,
  service: () => string,
  write: (line: string) => void,
  format: LogFormat = 'text',
): Log {
  const at = (rank: keyof typeof names) =>
    ranks[rank] < ranks[level]
      ? () => {}
      : (fields: object, message: string) =>
          write(
            format === 'text'
              ? formatLine(names[rank], service(), fields, message)
              : formatJson(numbers[rank], service(), fields, message),
          );
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function formatLine(level: string, service: string, fields: object, message: string): string {
  const time = formatDate(Date.now() * 1000)
    .replace('T', ' ')
    .slice(0, 23)
    .replace('Z', '');
  const data = Object.entries(fields).map(([key, value]) => ` ${key}=${asText(value)}`);
  return `${time} [${service}] ${level} ${message}${data.join('')}\n`;
}

function formatJson(level: number, service: string, fields: object, message: string): string {
  const data = Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? asText(value) : value]),
  );
  return `${JSON.stringify({ level, time: new Date().toISOString(), service, ...data, msg: message })}\n`;
}

function asText(value: unknown): string {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

/** Lets through the first few, then tells now and then how many it has held back. */
export function createThrottle(burst = 5, quietMs = 10_000): (tell: (heldBack: number) => void) => void {
  let told = 0;
  let heldBack = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (tell) => {
    const nowMs = performance.now();
    if (nowMs - lastMs > quietMs) told = 0;
    if (told >= burst) {
      heldBack++;
      return;
    }
    told++;
    lastMs = nowMs;
    tell(heldBack);
    heldBack = 0;
  };
}
