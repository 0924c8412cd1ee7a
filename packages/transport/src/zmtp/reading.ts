// How bytes come out of the kernel. Node can read into memory of ours (`onread`): what belongs to a large frame goes straight
// to its place, everything else into one block that all connections share, from where exactly what came is copied.
import type { OnReadOpts, Socket } from 'node:net';
import { Socket as NetSocket } from 'node:net';

export interface ReadSink {
  push(chunk: Buffer): void;
  room(): Buffer | undefined;
  filled(count: number): void;
}

const receiveBlock = Buffer.allocUnsafeSlow(65_536);
const slabBytes = 65_536;
/** From this size on a copy has memory of its own. */
const aloneFrom = slabBytes / 4;
let slab = Buffer.allocUnsafeSlow(slabBytes);
let used = 0;

/** What was read, in memory that may be kept. */
function copyReceived(size: number): Buffer {
  if (size >= aloneFrom) {
    const own = Buffer.allocUnsafeSlow(size);
    receiveBlock.copy(own, 0, 0, size);
    return own;
  }
  if (used + size > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    used = 0;
  }
  const start = used;
  used += size;
  receiveBlock.copy(slab, start, 0, size);
  return slab.subarray(start, used);
}

/** The option of a socket by which it reads like this. */
export const readStraight = (sink: ReadSink): OnReadOpts => ({
  buffer: () => sink.room() ?? receiveBlock,
  callback(count, buffer) {
    if (buffer === receiveBlock) sink.push(copyReceived(count));
    else sink.filled(count);
    return true;
  },
});

/**
 * The same for a socket that was accepted, paused. A server makes its sockets without `onread`, so the connection is moved
 * into a second one, by the option that Node itself moves them with. Where that is not there, it is read in Node's own way.
 */
export function adopt(accepted: Socket, sink: ReadSink): Socket {
  const inside = accepted as unknown as { _handle?: object | null };
  const handle = inside._handle;
  if (handle === undefined || handle === null) {
    accepted.on('data', (chunk: Buffer) => sink.push(chunk));
    return accepted;
  }
  inside._handle = null;
  accepted.destroy();
  return new NetSocket({ handle, onread: readStraight(sink) } as ConstructorParameters<typeof NetSocket>[0]);
}
