// Signed requests of a client, by mode: as large as those of a Python client for a function that does nothing.
import type { Signer } from '@muster/protocol';
import { encodeText } from '@muster/protocol';
import { createHeaders, emptyPart, framesOf, nowText } from './wire-text.ts';

/** `relay`: straight to a relay without a controller. */
export type Mode = 'task' | 'direct' | 'broadcast' | 'coalesced' | 'relay';

export interface Target {
  readonly id: number;
  readonly uuid: string;
}

/** A pickle of the builtin `bool`: real Python engines run it. What follows its end is padding. */
const call = Buffer.from('\x80\x04\x95\x15\0\0\0\0\0\0\0\x8c\x08builtins\x94\x8c\x04bool\x94\x93\x94.', 'latin1');
/** A pickle of {'nargs': 0, 'narg_bufs': 0, 'kw_keys': []}. */
const info = Buffer.from(
  '\x80\x04\x95)\0\0\0\0\0\0\0}\x94(\x8c\x05nargs\x94K\0\x8c\tnarg_bufs\x94K\0\x8c\x07kw_keys\x94]\x94u.',
  'latin1',
);
const usualPayloadBytes = 313;

const taskMetadata = encodeText('{"after":[],"follow":[],"timeout":0.0,"targets":[],"retries":0,"label":null}');
const directMetadata = encodeText('{"label":null}');

/** Makes the request of a number, signed: frames as a DEALER sends them. */
export type Requests = (n: number) => Uint8Array[];

export interface RequestOptions {
  readonly mode: Mode;
  readonly signer: Signer;
  readonly session: string;
  readonly targets: readonly Target[];
  /** Size of the first buffer: at least that of the call itself. */
  readonly payloadBytes?: number;
}

export function createRequests(options: RequestOptions): Requests {
  const { mode, signer, session, targets, payloadBytes = usualPayloadBytes } = options;
  const header = createHeaders(session, 'apply_request');
  const payload = Buffer.alloc(Math.max(payloadBytes, call.length));
  call.copy(payload);
  const buffers = [payload, info];
  const metadata = metadataOf(mode, targets);
  const ids = targets.map(({ uuid }) => [encodeText(uuid)]);
  return (n) => {
    const parts = [header(n, nowText()), emptyPart, metadata, emptyPart] as const;
    const frames = framesOf(signer.sign(parts), parts, buffers);
    return mode === 'direct' ? [...ids[n % ids.length]!, ...frames] : frames;
  };
}

function metadataOf(mode: Mode, targets: readonly Target[]): Uint8Array {
  if (mode === 'direct' || mode === 'relay') return directMetadata;
  if (mode === 'task') return taskMetadata;
  const pairs = targets.map(({ uuid, id }) => [uuid, id]);
  return encodeText(JSON.stringify({ targets: pairs, is_broadcast: true, is_coalescing: mode === 'coalesced' }));
}
