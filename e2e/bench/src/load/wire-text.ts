// The signed parts that fake peers write, as text that is put together rather than packed: they must cost little.
import type { MessageParts } from '@muster/protocol';
import { delimiter, packJson } from '@muster/protocol';

export const emptyPart = packJson({});
export const okContent = Buffer.from('{"status": "ok"}');

/** Source of headers of one session: only the number and the date change. */
export function createHeaders(session: string, msgType: string): (n: number, date: string) => Buffer {
  const head = `{"msg_id": "${session}_`;
  const middle = `", "msg_type": "${msgType}", "username": "bench", "session": "${session}", "date": "`;
  return (n, date) => Buffer.from(`${head}${n}${middle}${date}", "version": "5.3"}`, 'latin1');
}

export const nowText = (): string => new Date().toISOString();

/** Frames from the delimiter on. */
export const framesOf = (signature: Uint8Array, parts: MessageParts, buffers: readonly Uint8Array[]): Uint8Array[] => [
  delimiter,
  signature,
  parts[0],
  parts[1],
  parts[2],
  parts[3],
  ...buffers,
];
