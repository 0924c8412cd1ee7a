// Clients are anonymous to ZeroMQ: a ROUTER makes up an identity for each connection (§2.1), and the next process makes up
// another. A client of an earlier process is known by the session of its requests only.
import type { PeerId } from '@muster/protocol';

/** No byte: no identity begins with it. */
const mark = '\u2190';

/** In place of the identity of a client that sent its request to an earlier process. */
export const clientOfSession = (session: string): PeerId => mark + session;

/** The session; undefined when it is a real identity. */
export const sessionOf = (client: PeerId): string | undefined =>
  client.startsWith(mark) ? client.slice(mark.length) : undefined;
