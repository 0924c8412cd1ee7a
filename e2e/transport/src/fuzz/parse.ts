// Runs a session over bytes in some cut, and writes down all that it tells.
import { Breach, createSession } from '@muster/transport/zmtp-codec';
import type { FuzzLimits } from './limits.ts';
import { mostHeld } from './limits.ts';

export type Told =
  | { readonly kind: 'message'; readonly frames: readonly Buffer[] }
  | { readonly kind: 'command'; readonly name: string; readonly body: Uint8Array }
  | { readonly kind: 'ready'; readonly socketType: string; readonly identity: string; readonly minorVersion: number }
  | { readonly kind: 'pinged'; readonly ttlMs: number }
  | { readonly kind: 'send'; readonly body: Uint8Array };

export interface Outcome {
  readonly told: readonly Told[];
  /** Of the error that ended it. */
  readonly code: string | undefined;
}

const hello = { socketType: 'ROUTER', identity: 'us', partners: ['DEALER', 'ROUTER', 'REQ'] };

/** `cut`: how many bytes come next. Throws what the parser must never throw, and when more is held than may be. */
export function parse(bytes: Buffer, limits: FuzzLimits, cut: () => number): Outcome {
  const told: Told[] = [];
  const session = createSession(hello, limits, {
    send: (body) => void told.push({ kind: 'send', body }),
    ready: ({ socketType, identity, minorVersion }) =>
      void told.push({ kind: 'ready', socketType, identity, minorVersion }),
    message: (frames) => void told.push({ kind: 'message', frames }),
    command: ({ name, body }) => void told.push({ kind: 'command', name, body }),
    pinged: (ttlMs) => void told.push({ kind: 'pinged', ttlMs }),
  });
  const most = mostHeld(limits);
  try {
    for (let at = 0; at < bytes.length; ) {
      const room = session.room();
      const count = Math.min(bytes.length - at, cut(), room?.length ?? Number.POSITIVE_INFINITY);
      if (room === undefined) session.push(bytes.subarray(at, at + count));
      else {
        bytes.copy(room, 0, at, at + count);
        session.filled(count);
      }
      at += count;
      const held = session.unfinishedBytes();
      if (held > most) throw new Error(`${held} bytes are held, and ${most} may be`);
    }
  } catch (error) {
    if (error instanceof Breach) return { told, code: error.code };
    throw error;
  }
  return { told, code: undefined };
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && Buffer.compare(a, b) === 0;
const sameFrames = (a: readonly Buffer[], b: readonly Buffer[]): boolean =>
  a.length === b.length && a.every((frame, i) => same(frame, b[i]!));

export function sameTold(a: Told, b: Told): boolean {
  if (a.kind === 'message') return b.kind === 'message' && sameFrames(a.frames, b.frames);
  if (a.kind === 'command') return b.kind === 'command' && a.name === b.name && same(a.body, b.body);
  if (a.kind === 'send') return b.kind === 'send' && same(a.body, b.body);
  if (a.kind === 'pinged') return b.kind === 'pinged' && a.ttlMs === b.ttlMs;
  return (
    b.kind === 'ready' &&
    a.socketType === b.socketType &&
    a.identity === b.identity &&
    a.minorVersion === b.minorVersion
  );
}
