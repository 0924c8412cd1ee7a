// The one home of pino. Messages are constants, data goes in fields; no payload of users at any level.
import { pino } from 'pino';

/** What services log through. Fields first, then the constant message. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: { readonly service: string }): Logger;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** JSON lines for machines, or text for people. */
  readonly format: 'json' | 'text';
  /** Where lines go; default stderr. */
  readonly write?: (line: string) => void;
}

export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const stream = { write: options.format === 'json' ? write : (line: string) => write(formatLine(line)) };
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, stream);
}

const names: Record<number, string> = { 20: 'DEBUG', 30: 'INFO', 40: 'WARNING', 50: 'ERROR' };

/** `2026-11-22 11:36:41.439 [hub] INFO engine registered id=3`. */
function formatLine(json: string): string {
  const { level, time, service, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const error = err as { message?: string; stack?: string } | undefined;
  const data = Object.entries(fields).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const what = `${names[level as number] ?? level} ${msg ?? ''}${data.join('')}${error ? ` ${error.stack ?? error.message}` : ''}`;
  return `${String(time).replace('T', ' ').replace('Z', '')} [${service ?? 'muster'}] ${what}\n`;
}

/** Logs nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
