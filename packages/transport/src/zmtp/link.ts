// One connection: a session on a socket of Node, its timers and its end.

import type { Socket as NetSocket } from 'node:net';
import { clearTimeout, setTimeout } from 'node:timers';
import { Breach } from './breach.ts';
import type { Budget, Spender } from './budget.ts';
import type { Command } from './codec/commands.ts';
import { encodePing } from './codec/commands.ts';
import type { Hello, PeerHello } from './codec/session.ts';
import { createSession } from './codec/session.ts';
import type { ZmtpCounters } from './counters.ts';
import { countRefusal } from './counters.ts';
import type { ZmtpLimits } from './limits.ts';
import { createTimers } from './link-timers.ts';
import type { Output } from './output.ts';
import type { ReadSink } from './reading.ts';

/** Pings of our own; without them a connection whose peer has vanished is found by TCP's keepalive alone. */
export interface Heartbeat {
  readonly intervalMs: number;
  /** Nothing heard for so long after a ping ends the connection. */
  readonly timeoutMs: number;
}

export interface LinkOptions {
  readonly hello: Hello;
  readonly limits: ZmtpLimits;
  readonly heartbeat: Heartbeat | undefined;
  readonly counters: ZmtpCounters;
  readonly budget: Budget;
  /** The handshake has ended well: gives where the output of this connection comes from. */
  readonly onReady: (peer: PeerHello) => Output;
  readonly onMessage: (frames: Buffer[]) => void;
  readonly onCommand: (command: Command) => void;
  /** All of what was read at once has been told. */
  readonly onRead: () => void;
  /** Once. Without a breach the peer has closed, or we have. */
  readonly onClosed: (breach: Breach | undefined) => void;
}

export interface Link {
  readonly sink: ReadSink;
  /** The socket that it runs on; before anything can come from it. */
  start(socket: NetSocket): void;
  /** The socket is connected: the greeting goes out. */
  open(): void;
  /** At once. */
  end(breach?: Breach): void;
  /** Closes when all that was handed over has left and the peer has closed too; nothing is heard any more. */
  finish(): void;
  control(bytes: Uint8Array): void;
  pause(): void;
  resume(): void;
  readonly address: string;
}

const keepAliveMs = 60_000;
/** A peer that does not close when it is told has so long. */
const farewellMs = 250;

export function createLink(options: LinkOptions): Link {
  const { limits, counters, budget } = options;
  let socket: NetSocket | undefined;
  let output: Output | undefined;
  let isClosed = false;
  let isFinishing = false;
  let unfinished = 0;
  let address = '';
  let farewell: NodeJS.Timeout | undefined;
  let heard = 0;
  /** The socket wants nothing to be read; the budget may want that too. */
  let isHeld = false;
  const isPaused = (): boolean => output !== undefined && !isFinishing && (isHeld || budget.isPressed);
  // Who is not read cannot be called silent.
  const timers = createTimers(() => (isPaused() ? ++heard : heard), end);

  function countUnfinished(now: number): void {
    const change = now - unfinished;
    unfinished = now;
    if (change !== 0) budget.unfinished(change);
  }
  function read(take: () => void, count: number): void {
    if (isClosed || isFinishing) return;
    heard++;
    counters.bytesIn += count;
    let breach: unknown;
    try {
      take();
      if (!isClosed) countUnfinished(session.unfinishedBytes());
    } catch (error) {
      breach = error;
    }
    options.onRead();
    if (breach instanceof Breach) end(breach);
    else if (breach !== undefined) throw breach;
  }
  function control(bytes: Uint8Array): void {
    if (output === undefined) socket?.write(bytes);
    else if (!output.control(bytes)) end(new Breach('too_much_queued', 'commands'));
  }
  function pauseOrResume(): void {
    if (isPaused()) socket?.pause();
    else socket?.resume();
  }
  const spender: Spender = {
    pauseReading: pauseOrResume,
    resumeReading: pauseOrResume,
    get hasWaiting() {
      return output !== undefined && !output.isIdle;
    },
    get taken() {
      return output?.taken ?? 0;
    },
    end,
  };
  const session = createSession(options.hello, limits, {
    send: control,
    ready(peer) {
      const { heartbeat } = options;
      // The peer is told a time within which the next ping comes for sure: libzmq hangs up when it does not.
      timers.handshakeEnded(heartbeat, () => control(encodePing(heartbeat!.intervalMs + heartbeat!.timeoutMs)));
      counters.connectionsMade++;
      const to = options.onReady(peer);
      if (isClosed) return;
      counters.connectionsOpen++;
      budget.join(spender);
      output = to;
      output.attach(socket!);
      pauseOrResume();
      output.flush();
    },
    message: options.onMessage,
    command: options.onCommand,
    pinged: timers.expectWithin,
  });
  function end(breach?: Breach): void {
    if (isClosed) return;
    isClosed = true;
    timers.stop();
    clearTimeout(farewell);
    if (breach !== undefined) countRefusal(counters, breach.code);
    if (unfinished > 0) countUnfinished(0);
    if (output !== undefined) {
      counters.connectionsOpen--;
      budget.leave(spender);
      output.detach();
    }
    socket?.destroy();
    options.onClosed(breach);
  }
  return {
    sink: {
      push: (chunk) => read(() => session.push(chunk), chunk.length),
      room: () => (isClosed || isFinishing ? undefined : session.room()),
      filled: (count) => read(() => session.filled(count), count),
    },
    start(on) {
      socket = on;
      // What was to be heard of an error, `close` says too.
      on.on('error', () => {});
      on.on('close', () => end());
      timers.startHandshake(limits.handshakeMs);
    },
    open() {
      socket!.setNoDelay(true);
      socket!.setKeepAlive(true, keepAliveMs);
      address = socket!.remoteAddress ?? '';
      session.start();
      socket!.resume();
    },
    end,
    finish() {
      if (isClosed || isFinishing) return;
      if (output === undefined) return end();
      isFinishing = true;
      pauseOrResume();
      socket!.end(() => {
        if (!isClosed) farewell = setTimeout(() => end(), farewellMs);
      });
    },
    control,
    pause() {
      isHeld = true;
      pauseOrResume();
    },
    resume() {
      isHeld = false;
      pauseOrResume();
    },
    get address() {
      return address;
    },
  };
}
