// Keeps one connection after the other, for as long as it is wanted.
import { setTimeout as pause } from 'node:timers/promises';
import type { MusterError } from '@muster/protocol';
import type { ConnectionOptions, Status } from '@nats-io/transport-node';
import { errors } from '@nats-io/transport-node';
import { textOf } from '../errors.ts';
import type { Connection } from './dial.ts';
import { dial } from './dial.ts';
import { explainFailure } from './refusals.ts';

export interface LinkEvents {
  onUp(connection: Connection, isFirst: boolean): void;
  onDown(why: string): void;
  /** An attempt failed; there will be another. */
  onWaiting(why: string, attempts: number): void;
  /** Each server refuses us, and none ever took us: there will be no other attempt. */
  onRefused(error: MusterError): void;
  /** The server complains of something and stays connected, e.g. of a subject that is not permitted. */
  onComplaint(error: Error): void;
}

const shortestPauseMs = 50;
const longestPauseMs = 2000;
/** A connection that lasted less counts as a failed attempt: else we would knock without a pause. */
const steadyMs = 2000;

/** The pause before the next attempt: doubled each time, up to two seconds, and not the same for all services. */
export const pauseMs = (attempts: number, random: number): number =>
  Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(attempts, 10)) * (0.5 + random / 2);

/**
 * Connects to one of the servers after the other. Resolves when the signal comes, or each of them has refused us. Whoever
 * gives the signal closes the connection that is up.
 */
export async function keepLinked(
  servers: readonly ConnectionOptions[],
  events: LinkEvents,
  signal: AbortSignal,
): Promise<void> {
  let turn = Math.floor(Math.random() * servers.length);
  let attempts = 0;
  let refusals = 0;
  let isFirst = true;
  while (!signal.aborted) {
    const options = servers[turn++ % servers.length]!;
    try {
      const lastedMs = await live(await dial(options, signal), events, isFirst);
      isFirst = false;
      if (lastedMs >= steadyMs) attempts = 0;
    } catch (error) {
      if (signal.aborted) return;
      const { why, refused } = explainFailure(error, String(options.servers));
      refusals = refused ? refusals + 1 : 0;
      if (refused && isFirst && refusals >= servers.length) return events.onRefused(refused);
      events.onWaiting(why, attempts + 1);
    }
    await pause(pauseMs(attempts++, Math.random()), undefined, { signal }).catch(() => {});
  }
}

/** From its beginning to its end; resolves to the time between. */
async function live(connection: Connection, events: LinkEvents, isFirst: boolean): Promise<number> {
  const since = performance.now();
  try {
    events.onUp(connection, isFirst);
    events.onDown(await endOf(connection, events));
  } finally {
    await connection.nats.close();
  }
  return performance.now() - since;
}

/** Why it ended, when it has. */
async function endOf(connection: Connection, events: LinkEvents): Promise<string> {
  const { nats, cut } = connection;
  let complaint: string | undefined;
  const listen = async (): Promise<void> => {
    for await (const status of nats.status() as AsyncIterable<Status>) {
      if (status.type === 'staleConnection') {
        complaint = 'no answer to pings';
        // The library would first wait until all is written, to a peer that does not read.
        cut();
      } else if (status.type === 'error') {
        complaint = status.error.message;
        events.onComplaint(status.error);
      }
    }
  };
  void listen();
  const error = await nats.closed();
  if (complaint !== undefined) return complaint;
  return error instanceof errors.ConnectionError || error === undefined ? 'the connection was cut' : textOf(error);
}
