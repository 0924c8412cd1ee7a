// Keeps one kernel serving: starts it, brings it to its controller, puts a fresh one in its place, ends it.
import { MusterError } from '@muster/protocol';
import type { KernelSetup, ToKernel, ToNanny } from '../ipc.ts';
import type { KernelExit, KernelKind, KernelProcess, KernelStart } from './kernel-process.ts';

export interface KernelKeeper {
  /** Tells the kernel where its controller is. */
  connect(setup: KernelSetup): void;
  /** Tells it its number; resolves to its milliseconds since start when all its sockets connect. */
  serve(id: number): Promise<number>;
  send(message: ToKernel): void;
  /** An interrupt: to the kernel and to its watch. */
  interrupt(serial: number): void;
  signal(signal: NodeJS.Signals): void;
  /**
   * A fresh kernel in the place of this one, in the same registration. False: the old one did not end by itself and was
   * killed, so that its clients have not been answered.
   */
  restart(): Promise<boolean>;
  /** Lets it answer those who wait, then ends it, by force after `endLimitMs`. */
  end(): Promise<void>;
  kill(): Promise<void>;
  /** Resolves when the first kernel's program is loaded. */
  readonly loaded: Promise<void>;
  /** Resolves when the kernel ends and nobody has asked for it. */
  readonly crashed: Promise<KernelExit>;
  /** Rejects with MusterError `start_failed` when it says that it cannot serve. */
  readonly failed: Promise<never>;
}

export interface KeeperOptions extends Omit<KernelStart, 'onMessage'> {
  readonly kind: KernelKind;
  readonly endLimitMs: number;
  /** Messages that are not the keeper's own affair. */
  readonly onMessage: (message: Extract<ToNanny, { type: 'done' | 'interrupted' }>) => void;
}

/** A kernel process and how far it has come. */
interface Kept {
  readonly process: KernelProcess;
  readonly loaded: PromiseWithResolvers<void>;
  readonly ready: PromiseWithResolvers<number>;
  leaving: boolean;
}

export function keepKernel(options: KeeperOptions): KernelKeeper {
  const crashed = Promise.withResolvers<KernelExit>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let setup: KernelSetup | undefined;
  let id: number | undefined;
  let current = start();

  function start(): Kept {
    const kept: Kept = {
      process: options.kind.start({ ...options, onMessage: (message) => onMessage(kept, message) }),
      loaded: Promise.withResolvers(),
      ready: Promise.withResolvers(),
      leaving: false,
    };
    void kept.process.exited.then((exit) => {
      if (!kept.leaving) crashed.resolve(exit);
    });
    return kept;
  }
  function onMessage(kept: Kept, message: ToNanny): void {
    if (message.type === 'loaded') kept.loaded.resolve();
    else if (message.type === 'ready') kept.ready.resolve(message.sinceStartMs);
    else if (message.type === 'failed') failed.reject(new MusterError('start_failed', message.why, message.remedy));
    else if (kept === current) options.onMessage(message);
  }
  /** True when it ended by itself. */
  async function letGo(kept: Kept, restart: boolean): Promise<boolean> {
    kept.leaving = true;
    kept.process.send({ type: 'end', restart });
    let byItself = true;
    const timer = setTimeout(() => {
      byItself = false;
      kept.process.kill('SIGKILL');
    }, options.endLimitMs);
    const { code } = await kept.process.exited;
    clearTimeout(timer);
    return byItself && code === 0;
  }
  return {
    connect(to) {
      setup = to;
      current.process.send({ type: 'connect', setup });
    },
    serve(as) {
      id = as;
      current.process.send({ type: 'registered', id });
      return current.ready.promise;
    },
    send: (message) => current.process.send(message),
    interrupt(serial) {
      current.process.send({ type: 'interrupt', serial });
      current.process.alarm(serial);
    },
    signal: (signal) => current.process.kill(signal),
    async restart() {
      // Loaded before the old one goes, so that the engine is deaf for a few milliseconds only.
      const next = start();
      await Promise.race([next.loaded.promise, next.process.exited]);
      const previous = current;
      const clean = await letGo(previous, true);
      current = next;
      if (setup !== undefined) next.process.send({ type: 'connect', setup });
      if (id !== undefined) next.process.send({ type: 'registered', id });
      await Promise.race([next.ready.promise, next.process.exited]);
      return clean;
    },
    end: async () => void (await letGo(current, false)),
    async kill() {
      current.leaving = true;
      current.process.kill('SIGKILL');
      await current.process.exited;
    },
    loaded: current.loaded.promise,
    crashed: crashed.promise,
    failed: failed.promise,
  };
}
