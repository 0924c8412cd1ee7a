// A connection to a port of a pod, within a WebSocket. Each message begins with its channel: 0 carries the bytes, 1 what went
// wrong; the first two bytes of each channel name the port.
import { Duplex } from 'node:stream';
import { KubeError } from '../errors.ts';
import { channelFrame, closeFrame, createFrameReader, pongFrame } from './frames.ts';

const dataChannel = 0;
const errorChannel = 1;
const prefixBytes = 2;
const longestReason = 1000;

/** `socket` has been upgraded; `head` came behind the answer. Reads and writes no faster than the other side does. */
export function podStream(socket: Duplex, head: Buffer, where: string): Duplex {
  const skip = [prefixBytes, prefixBytes];
  let channel = dataChannel;
  let reason = '';
  let isOver = false;

  function take(piece: Buffer): void {
    const skipped = Math.min(skip[channel] ?? 0, piece.length);
    if (skipped > 0) skip[channel]! -= skipped;
    const bytes = piece.subarray(skipped);
    if (bytes.length === 0) return;
    if (channel === errorChannel) reason = (reason + bytes.toString('utf8')).slice(0, longestReason);
    else if (channel === dataChannel && !stream.push(bytes)) socket.pause();
  }
  const fail = (why: string): void =>
    void stream.destroy(new KubeError('unreachable', `${where} cannot be reached: ${why.trim()}.`));
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    if (reason !== '') return fail(reason);
    stream.push(null);
    stream.end();
  };
  const read = createFrameReader({
    onPiece(piece, isFirst) {
      if (!isFirst) return take(piece);
      channel = piece[0] ?? channel;
      take(piece.subarray(1));
    },
    onPing: (payload) => socket.write(pongFrame(payload)),
    onClose: end,
    onFault: fail,
  });
  const stream = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(channelFrame(dataChannel, chunk), done),
    final: (done) => void socket.end(closeFrame(), done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', read);
  socket.on('end', end);
  socket.on('error', (error) => stream.destroy(error));
  socket.on('close', () => stream.destroy());
  if (head.length > 0) read(head);
  return stream;
}
