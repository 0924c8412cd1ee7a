// Who may speak with whom, as libzmq and CurveZMQ have it.
import type { Frames } from '@muster/protocol';
import type { SocketKind, SocketOptions } from '../port.ts';

const partners: Record<SocketKind, readonly SocketKind[]> = {
  router: ['router', 'dealer'],
  dealer: ['router', 'dealer'],
  pub: ['sub'],
  sub: ['pub'],
};

/** Both without CURVE, or the one that connects has the key of the one that is bound. */
function curveFits(connecting: SocketOptions['curve'], bound: SocketOptions['curve']): boolean {
  if (connecting === undefined || bound === undefined) return connecting === bound;
  return connecting.role === 'client' && bound.role === 'server' && connecting.serverKey === bound.publicKey;
}

export const fitsTogether = (connecting: SocketOptions, bound: SocketOptions): boolean =>
  partners[connecting.kind].includes(bound.kind) && curveFits(connecting.curve, bound.curve);

export const withinLimit = (frames: Frames, maxFrameBytes = Number.POSITIVE_INFINITY): boolean =>
  frames.every((frame) => frame.length <= maxFrameBytes);
