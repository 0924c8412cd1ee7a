import type { Microseconds } from './dates.ts';
import { formatDate, parseDate } from './dates.ts';
import { ProtocolError } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

/** The header of a message (§3.2). Keys we do not know are kept. */
export interface Header extends JsonObject {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  /** ISO 8601 with microseconds; kept as text, as received. */
  date: string;
  version: string;
}

export const protocolVersion = '5.3';

/** Longer ids would cost memory for as long as a task is known. */
const longestId = 1024;

/**
 * Checks a header: msg_id, msg_type and session are there, and no known key is anything but text. A missing username,
 * date or version becomes "". Throws ProtocolError `bad_header`.
 */
export function checkHeader(value: JsonObject): Header {
  checkId(value.msg_id, 'msg_id');
  checkId(value.msg_type, 'msg_type');
  checkId(value.session, 'session');
  if (typeof value.username !== 'string') value.username = textOf(value.username, 'username');
  if (typeof value.date !== 'string') value.date = textOf(value.date, 'date');
  if (typeof value.version !== 'string') value.version = textOf(value.version, 'version');
  return value as Header;
}

function checkId(value: Json | undefined, key: string): void {
  if (typeof value !== 'string') throw new ProtocolError('bad_header', `header.${key} is missing or not text`);
  if (value.length > longestId) throw new ProtocolError('bad_header', `header.${key} is too long`);
}

function textOf(value: Json | undefined, key: string): string {
  if (value === undefined || value === null) return '';
  throw new ProtocolError('bad_header', `header.${key} is not text`);
}

/** The moment of a header's date; undefined when it has none that can be read. */
export const headerDate = (header: JsonObject): Microseconds | undefined =>
  typeof header.date === 'string' ? parseDate(header.date) : undefined;

/** Who writes headers: one for each peer and session. */
export interface HeaderSource {
  readonly session: string;
  /** A header with a new msg_id `<session>_<counter>` and the date given. */
  next(msgType: string, nowUs: Microseconds): Header;
}

/** Message ids count up, so that no two messages of a session are alike, which the replay check of peers demands (§3.3). */
export function createHeaderSource(session: string, username = 'muster'): HeaderSource {
  let counter = 0;
  return {
    session,
    next: (msgType, nowUs) => ({
      msg_id: `${session}_${counter++}`,
      msg_type: msgType,
      username,
      session,
      date: formatDate(nowUs),
      version: protocolVersion,
    }),
  };
}
