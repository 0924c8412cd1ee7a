import { MusterError } from '@muster/protocol';
import type { OnTransportError } from './port.ts';

export interface KeptOut {
  readonly why: string;
  /** How many since the last time; the last of them for this reason. */
  readonly count: number;
  /** Where they knocked. */
  readonly port: number;
  /** Those of the last minute, where they are known. */
  readonly addresses: readonly string[];
  /** Default: that of a wrong key. */
  readonly remedy?: string;
}

export const keyRemedy =
  'Give them the connection file of this very controller, engines that of engines and clients that of clients: it has the CURVE key that they need, or says that there is none.';
const shownAddresses = 3;
const errors = new WeakSet<Error>();

/** What is told to onError when a bound socket refuses peers. */
export function keptOut({ why, count, port, addresses, remedy = keyRemedy }: KeptOut): MusterError {
  const more = addresses.length > shownAddresses ? ` and ${addresses.length - shownAddresses} more` : '';
  const from = addresses.length === 0 ? '' : `, from ${addresses.slice(0, shownAddresses).join(', ')}${more}`;
  return refusal(`Peers were kept out at port ${port} (${count} times${from}): ${why}`, remedy);
}

/** An error about a peer, which a log shows as a warning. */
export function refusal(message: string, remedy: string): MusterError {
  const error = new MusterError('bad_option', message, remedy);
  errors.add(error);
  return error;
}

/** Writes into a log what a transport tells: strangers at the door as a warning, anything else as an error. */
export const logTransportErrors =
  (log: Record<'warn' | 'error', (fields: object, message: string) => void>): OnTransportError =>
  (error, socket) => {
    if (!errors.has(error)) log.error({ err: error, socket }, 'socket error');
    else log.warn({ socket, why: error.message, remedy: (error as MusterError).remedy }, 'peers were kept out');
  };
