// What waits for one peer and how it leaves: small messages packed into one block, large frames as they are, both only as
// fast as the peer takes them. It outlives connections: what was not handed to one goes to the next.
import type { Socket as NetSocket } from 'node:net';
import type { Frames } from '@muster/protocol';
import { createMessageQueue } from '../message-queue.ts';
import type { Budget } from './budget.ts';
import { wireBytes, writeMessage } from './codec/frames.ts';
import { piecesOf } from './codec/pieces.ts';
import type { ZmtpCounters } from './counters.ts';
import type { Flusher } from './flusher.ts';
import { costOf, frameCost } from './limits.ts';
import type { PackBlock } from './pack-block.ts';
import { largestBlock } from './pack-block.ts';

export interface OutputOptions {
  readonly flusher: Flusher;
  readonly block: PackBlock;
  readonly budget: Budget;
  readonly counters: ZmtpCounters;
  /** A message is taken while less than this waits. */
  readonly mostBytes: number;
  /** Messages are not gathered until the end of the turn. */
  readonly isEager: boolean;
  /** A message was not taken. */
  readonly onFull: () => void;
  /** All has been handed to the connection. */
  readonly onEmpty: () => void;
}

export interface Output {
  /** Queues a message; it leaves at the end of this turn of the event loop, or when there is a connection. */
  push(frames: Frames): void;
  /** Commands, between messages. False when too many of them wait. */
  control(bytes: Uint8Array): boolean;
  attach(socket: NetSocket): void;
  /** The connection is gone, and what was handed to it. */
  detach(): void;
  /** Drops what waits. */
  clear(): void;
  /** Resolves when the connection has taken all that was pushed so far, or is gone. */
  drained(): Promise<void>;
  flush(): void;
  /** All has been handed to the connection. */
  readonly isEmpty: boolean;
  /** And the peer has taken all of it. */
  readonly isIdle: boolean;
  /** Grows whenever the peer takes something. */
  readonly taken: number;
}

/** Handed to the connection at once of large messages: then the peer has to take it. */
const portionBytes = 2 ** 20;
/** Messages up to this size are packed together. */
const packedUpTo = 65_536;
const mostControlBytes = 2 ** 20;

export function createOutput(options: OutputOptions): Output {
  const { flusher, block, budget, counters } = options;
  const queue = createMessageQueue();
  /** Of a large message that is leaving. */
  let pieces: Uint8Array[] = [];
  let nextPiece = 0;
  let socket: NetSocket | undefined;
  /** The connection has not taken all that it was handed. */
  let busy = false;
  let isWaiting = false;
  /** What all of it costs, and the part that was handed over. */
  let cost = 0;
  let handedCost = 0;
  /** Commands: they leave first, and those that wait count with those that were handed over. */
  let controls: Uint8Array[] = [];
  let controlBytes = 0;
  let taken = 0;
  /** Messages pushed, handed to the connection, and taken by it. */
  let pushedCount = 0;
  let handedCount = 0;
  let leftCount = 0;
  let waiters: { readonly count: number; readonly done: () => void }[] = [];

  function tellDrained(upTo: number): void {
    const due = waiters.filter(({ count }) => count <= upTo);
    waiters = waiters.filter(({ count }) => count > upTo);
    for (const { done } of due) done();
  }
  const hasMore = (): boolean => nextPiece < pieces.length || queue.length > 0 || controls.length > 0;
  /** What waits for a peer that is away is no reason to read nothing: it does not leave by that. */
  function spend(bytes: number): void {
    cost += bytes;
    if (socket !== undefined) budget.queue(bytes);
  }
  function tookAll(): void {
    busy = false;
    controlBytes = 0;
    taken++;
    if (nextPiece < pieces.length) return;
    pieces = [];
    nextPiece = 0;
    spend(-handedCost);
    handedCost = 0;
    leftCount = handedCount;
    if (waiters.length > 0) tellDrained(leftCount);
  }
  function onTaken(): void {
    if (!busy || socket?.writableLength !== 0) return;
    tookAll();
    output.flush();
  }
  function schedule(): void {
    if (isWaiting || busy || socket === undefined) return;
    if (options.isEager) return output.flush();
    isWaiting = true;
    flusher.add(output);
  }
  /** How many messages fit into a block, and their size. */
  function measure(): [number, number] {
    let size = 0;
    for (let count = 0; ; count++) {
      const frames = queue.at(count);
      const bytes = frames === undefined ? Number.POSITIVE_INFINITY : wireBytes(frames);
      if (bytes > packedUpTo || size + bytes > largestBlock) return [count, size];
      size += bytes;
      handedCost += bytes + frames!.length * frameCost;
    }
  }
  function writePacked(to: NetSocket, count: number, size: number): void {
    const packed = block.reserve(size);
    for (let i = 0, at = 0; i < count; i++) at = writeMessage(packed, at, queue.at(i)!);
    queue.drop(count);
    handedCount += count;
    counters.messagesOut += count;
    counters.bytesOut += size;
    to.write(packed, onTaken);
    if (to.writableLength === 0) return tookAll();
    busy = true;
    block.keep();
  }
  function writePieces(to: NetSocket): void {
    to.cork();
    for (let bytes = 0; nextPiece < pieces.length && bytes < portionBytes; nextPiece++) {
      bytes += pieces[nextPiece]!.length;
      counters.bytesOut += pieces[nextPiece]!.length;
      to.write(pieces[nextPiece]!, onTaken);
    }
    to.uncork();
    if (to.writableLength === 0) tookAll();
    else busy = true;
  }
  function writeControls(to: NetSocket): void {
    const bytes = Buffer.concat(controls);
    controls = [];
    to.write(bytes, onTaken);
    if (to.writableLength === 0) tookAll();
    else busy = true;
  }
  function writeNext(to: NetSocket): void {
    if (controls.length > 0 && nextPiece === pieces.length) return writeControls(to);
    if (nextPiece < pieces.length) return writePieces(to);
    const [count, size] = measure();
    if (count > 0) return writePacked(to, count, size);
    const frames = queue.at(0)!;
    pieces = piecesOf(frames, portionBytes);
    handedCost += costOf(frames);
    handedCount++;
    counters.messagesOut++;
    queue.drop(1);
  }
  function loseHanded(): void {
    busy = false;
    pieces = [];
    nextPiece = 0;
    controls = [];
    controlBytes = 0;
    spend(-handedCost);
    handedCost = 0;
    leftCount = handedCount;
  }
  const output: Output = {
    push(frames) {
      if (cost >= options.mostBytes) return options.onFull();
      queue.push(frames);
      pushedCount++;
      spend(costOf(frames));
      schedule();
    },
    control(bytes) {
      controlBytes += bytes.length;
      if (controlBytes > mostControlBytes) return false;
      controls.push(bytes);
      schedule();
      return true;
    },
    attach(to) {
      socket = to;
      budget.queue(cost);
    },
    detach() {
      loseHanded();
      budget.queue(-cost);
      socket = undefined;
      tellDrained(pushedCount);
    },
    clear() {
      queue.drop(queue.length);
      handedCount = pushedCount;
      tellDrained(pushedCount);
      loseHanded();
      spend(-cost);
    },
    drained: () =>
      socket === undefined || leftCount === pushedCount
        ? Promise.resolve()
        : new Promise((done) => waiters.push({ count: pushedCount, done })),
    flush() {
      isWaiting = false;
      while (socket?.writable && !busy && hasMore()) writeNext(socket);
      if (!hasMore()) options.onEmpty();
    },
    get isEmpty() {
      return !hasMore();
    },
    get isIdle() {
      return !busy && !hasMore();
    },
    get taken() {
      return taken;
    },
  };
  return output;
}
