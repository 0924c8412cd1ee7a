// What control requests do to the kernel (§4.6).
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@muster/protocol';
import type { ToNanny } from '../ipc.ts';
import type { Log } from '../log.ts';
import type { ControlActions } from './control.ts';
import { ControlError } from './control.ts';
import { createInterrupts } from './interrupts.ts';
import type { KernelKeeper } from './kernel-keeper.ts';
import type { NannyEnd } from './nanny.ts';

/** How long a kernel may take to confirm an interrupt. */
const interruptLimitMs = 3000;
const abortLimitMs = 300;

export interface Actions {
  onMessage(message: Extract<ToNanny, { type: 'done' | 'interrupted' }>): void;
  serve(kernel: KernelKeeper, ended: PromiseWithResolvers<NannyEnd>): ControlActions;
  stop(): void;
}

export function createActions(log: Log): Actions {
  const interrupts = createInterrupts(interruptLimitMs);
  const asking = new Map<number, (failure: JsonObject | undefined) => void>();
  let serials = 0;
  let restarting = false;

  /** Sends a request to the kernel; resolves to what went wrong with it. */
  function ask(send: (serial: number) => void): Promise<JsonObject | undefined> {
    const serial = ++serials;
    const done = new Promise<JsonObject | undefined>((resolve) => asking.set(serial, resolve));
    send(serial);
    return done;
  }
  async function interrupt(kernel: KernelKeeper, ended: PromiseWithResolvers<NannyEnd>): Promise<JsonObject> {
    if (interrupts.unheard) {
      log.error({}, 'the kernel does not react to interrupts: it is replaced');
      ended.resolve({ why: 'replace' });
      return { interrupted: 'replaced' };
    }
    const { serial, confirmed } = interrupts.begin();
    kernel.interrupt(serial);
    const what = await confirmed;
    if (what !== undefined) return { interrupted: what };
    throw new ControlError(
      'InterruptTimeout',
      `The code did not react within ${interruptLimitMs / 1000} s. Interrupt again to put a fresh engine in its place; what this one holds is then lost.`,
    );
  }
  async function restart(kernel: KernelKeeper, ended: PromiseWithResolvers<NannyEnd>): Promise<void> {
    restarting = true;
    const clean = await kernel.restart();
    restarting = false;
    if (clean) log.info({}, 'kernel restarted');
    // Requests of the old kernel were not answered: only the end of this registration tells their clients.
    else ended.resolve({ why: 'replace' });
  }
  return {
    onMessage(message) {
      if (message.type === 'interrupted') return interrupts.confirm(message.serial, message.what);
      asking.get(message.serial)?.(message.failure);
      asking.delete(message.serial);
    },
    serve: (kernel, ended) => ({
      // A kernel that is in a loop does it when it comes back: nobody is kept waiting for that.
      async abort(msgIds) {
        await Promise.race([ask((serial) => kernel.send({ type: 'abort', msgIds, serial })), delay(abortLimitMs)]);
        return {};
      },
      async clear() {
        const failure = await ask((serial) => kernel.send({ type: 'clear', serial }));
        if (failure !== undefined) throw new ControlError(String(failure.ename), String(failure.evalue));
        return {};
      },
      interrupt: () => interrupt(kernel, ended),
      signal(signal) {
        log.info({ signal }, 'signal for the kernel');
        if (signal === 'SIGTERM' || signal === 'SIGHUP') ended.resolve({ why: 'shut down' });
        else kernel.signal(signal);
        return {};
      },
      shutdown(asRestart) {
        log.info({ restart: asRestart }, 'shutdown asked for');
        if (!asRestart) ended.resolve({ why: 'shut down' });
        else if (!restarting) void restart(kernel, ended);
        return { restart: asRestart };
      },
    }),
    stop() {
      interrupts.stop();
      for (const resolve of asking.values()) resolve({ ename: 'EngineError', evalue: 'The engine ended.' });
      asking.clear();
    },
  };
}
