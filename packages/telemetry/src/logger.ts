// The one home of pino, which writes JSON lines and is loaded for these only. Messages are constants, data goes in fields; no
// payload of users at any level.
import { createRequire } from 'node:module';

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
  if (options.format === 'text') return createTextLogger(ranks[options.level], write, 'muster');
  const { pino } = createRequire(import.meta.url)('pino') as typeof import('pino');
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

const ranks: Record<LogLevel, number> = { debug: 20, info: 30, warn: 40, error: 50, silent: 60 };

/** `2026-11-22 11:36:41.439 [hub] INFO engine registered id=3`. */
function createTextLogger(rank: number, write: (line: string) => void, service: string): Logger {
  const at = (level: Exclude<LogLevel, 'silent'>, name: string) =>
    ranks[level] < rank
      ? () => {}
      : (fields: object, message: string) => {
          const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
          write(`${time} [${service}] ${name} ${message}${formatFields(fields)}\n`);
        };
  return {
    debug: at('debug', 'DEBUG'),
    info: at('info', 'INFO'),
    warn: at('warn', 'WARNING'),
    error: at('error', 'ERROR'),
    child: (fields) => createTextLogger(rank, write, fields.service),
  };
}

/** The error, `err`, last: it has many lines. */
function formatFields(fields: object): string {
  const { err, ...data } = fields as Readonly<Record<string, unknown>>;
  const texts = Object.entries(data).map(([key, value]) => (value === undefined ? '' : ` ${key}=${asText(value)}`));
  return `${texts.join('')}${err === undefined ? '' : ` ${asText(err)}`}`;
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return value.stack ?? value.message;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** Logs nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
