// The heartmonitor in a thread of its own, for a process whose main thread may be busy. A thread that ends is started anew.
import { setTimeout as pause } from 'node:timers/promises';
import type { HeartmonitorService } from '../service.ts';
import type { HeartbeatPorts, ThreadBinding } from './messages.ts';
import type { RunThreadOptions } from './run-thread.ts';
import { runThread } from './run-thread.ts';

export interface HeartmonitorThreadOptions extends RunThreadOptions {
  /** It ends again and again, and is not started any more: engines get no pings, so the controller should end. */
  readonly onFailed: (error: Error) => void;
  /** Starts within a minute at most. Default 5. */
  readonly mostStarts?: number;
}

export interface HeartmonitorThread extends Pick<HeartmonitorService, 'start' | 'resync' | 'stop'> {
  readonly ports: HeartbeatPorts;
}

const withinMs = 60_000;
const pauseMs = 100;

/** Binds the heartbeat's sockets. Rejects with MusterError `port_in_use` or `bad_option`. */
export async function createHeartmonitorThread(options: HeartmonitorThreadOptions): Promise<HeartmonitorThread> {
  const { log, mostStarts = 5 } = options;
  let thread = await runThread(options);
  const { ports } = thread;
  const startsMs = [performance.now()];
  let isStarted = false;
  let stopping: Promise<void> | undefined;
  let reviving: Promise<void> | undefined;

  function watch(): void {
    void thread.ended.then((why) => {
      if (stopping === undefined) reviving = revive(why);
    });
  }
  /** At the same ports: engines come back by themselves. */
  async function revive(reason: string): Promise<void> {
    let why = reason;
    while (stopping === undefined) {
      const nowMs = performance.now();
      while (startsMs[0] !== undefined && startsMs[0] < nowMs - withinMs) startsMs.shift();
      if (startsMs.length >= mostStarts)
        return options.onFailed(new Error(`The heartmonitor's thread ended ${mostStarts} times in a minute: ${why}`));
      startsMs.push(nowMs);
      log.error({ why }, 'the thread of the heartmonitor has ended and is started anew');
      try {
        thread = await runThread({ ...options, binding: samePorts(options.binding, ports) });
        return takeUp();
      } catch (error) {
        why = (error as Error).message;
        await pause(pauseMs * startsMs.length);
      }
    }
  }
  function takeUp(): void {
    watch();
    void thread.resync();
    if (isStarted) thread.start();
  }
  async function stop(): Promise<void> {
    await reviving;
    await thread.stop();
  }
  watch();
  return {
    ports,
    start() {
      isStarted = true;
      thread.start();
    },
    resync: () => thread.resync(),
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

const samePorts = (binding: ThreadBinding, { hb_ping, hb_pong }: HeartbeatPorts): ThreadBinding => ({
  ...binding,
  plan: { 'engine:hb_ping': hb_ping, 'engine:hb_pong': hb_pong },
});
