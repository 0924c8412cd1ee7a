import type { Microseconds } from './dates.ts';
import { formatDate, parseDate } from './dates.ts';
import { ProtocolError } from './errors.ts';
import type { JsonObject } from './json.ts';

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
  for (const key of ['msg_id', 'msg_type', 'session']) {
    const text = value[key];
    if (typeof text !== 'string') throw new ProtocolError('bad_header', `header.${key} is missing or not text`);
    if (text.length > longestId) throw new ProtocolError('bad_header', `header.${key} is too long`);
  }
  for (const key of ['username', 'date', 'version']) {
    value[key] ??= '';
    if (typeof value[key] !== 'string') throw new ProtocolError('bad_header', `header.${key} is not text`);
  }
  return value as Header;
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
