// A Jupyter kernel in the place of Node's: requests of the controller go to it one at a time, its output goes back. All within
// the nanny's process, which computes nothing.
import type { Interrupted, ToKernel } from '../ipc.ts';
import type { Serving } from '../kernel/serving.ts';
import { openServing } from '../kernel/serving.ts';
import type { KernelExit, KernelKind, KernelProcess, KernelStart } from '../nanny/kernel-process.ts';
import { withoutSecrets } from '../secrets.ts';
import type { JupyterKernel, JupyterOptions } from './kernel.ts';
import { startJupyterKernel } from './kernel.ts';
import type { JupyterRuns } from './runs.ts';
import { createJupyterRuns } from './runs.ts';

export type BridgeOptions = Pick<JupyterOptions, 'spec' | 'transport' | 'timeoutMs' | 'log'>;

/** Engines that lead kernels of this kernelspec. */
export const jupyterKernel = (options: BridgeOptions): KernelKind => ({
  name: options.spec.name,
  mayFail: true,
  start: (start) => startBridge(options, start),
});

function startBridge(options: BridgeOptions, { cwd, env, onMessage }: KernelStart): KernelProcess {
  const { log } = options;
  const began = performance.now();
  const sinceStartMs = (): number => Math.round(performance.now() - began);
  const exited = Promise.withResolvers<KernelExit>();
  const stopping = new AbortController();
  let runs: JupyterRuns | undefined;
  let bridge: Bridge | undefined;
  const starting = startJupyterKernel(
    {
      ...options,
      cwd,
      env: withoutSecrets(env),
      onReply: (message) => runs?.onReply(message),
      onIopub: (message) => runs?.onIopub(message),
    },
    stopping.signal,
  );

  function serve(kernel: JupyterKernel, setup: Extract<ToKernel, { type: 'connect' }>['setup']): Bridge {
    const serving: Serving = openServing({
      setup,
      nature: { label: options.spec.displayName, info: kernel.info },
      log,
      startRun: (effect) => runs?.start(effect),
      interruptRun() {
        runs?.interrupted();
        kernel.interrupt();
      },
      flushOutput() {},
      onAborted: (serial) => onMessage({ type: 'done', serial }),
      untilGone: () => kernel.exited,
      onEnded: () => {},
    });
    runs = createJupyterRuns({
      kernel: options.spec.name,
      execute: kernel.execute,
      publish: serving.publish,
      onEnded(run, outcome) {
        serving.runEnded(run, outcome);
        bridge?.onIdle();
      },
    });
    return createBridge(kernel, serving, runs, (serial, what) => onMessage({ type: 'interrupted', serial, what }));
  }
  starting.then(
    (kernel) => {
      onMessage({ type: 'loaded', sinceStartMs: sinceStartMs() });
      void kernel.exited.then(async (exit) => {
        await bridge?.closed();
        exited.resolve(bridge?.isEnding ? { code: 0, signal: null } : exit);
      });
    },
    (error: Error & { remedy?: string }) => {
      if (!stopping.signal.aborted) {
        log.error({ kernel: options.spec.name }, 'the kernel did not start');
        onMessage({ type: 'failed', why: error.message, remedy: error.remedy });
      }
      exited.resolve({ code: 1, signal: null });
    },
  );
  const withKernel = (work: (kernel: JupyterKernel) => void): void => void starting.then(work, () => {});

  return {
    exited: exited.promise,
    send: (message) =>
      withKernel((kernel) => {
        if (message.type === 'connect') {
          bridge ??= serve(kernel, message.setup);
        } else if (message.type === 'registered') {
          bridge?.serving.registered(message.id);
          onMessage({ type: 'ready', sinceStartMs: sinceStartMs() });
        } else if (message.type === 'clear') {
          onMessage({ type: 'done', serial: message.serial, failure: cannotClear });
        } else if (bridge !== undefined) {
          bridge.handle(message);
        } else if (message.type === 'end') {
          kernel.kill('SIGKILL');
        }
      }),
    alarm() {},
    kill(signal) {
      if (signal === 'SIGKILL') stopping.abort();
      withKernel((kernel) => kernel.kill(signal));
    },
  };
}

const cannotClear = {
  ename: 'NotImplementedError',
  evalue: 'A Jupyter kernel cannot clear its names; restart the engine instead (shutdown with restart).',
};

interface Bridge {
  readonly serving: Serving;
  readonly isEnding: boolean;
  handle(message: Extract<ToKernel, { type: 'abort' | 'interrupt' | 'end' }>): void;
  /** A run has ended. */
  onIdle(): void;
  closed(): Promise<void>;
}

function createBridge(
  kernel: JupyterKernel,
  serving: Serving,
  runs: JupyterRuns,
  onInterrupted: (serial: number, what: Interrupted) => void,
): Bridge {
  let isEnding = false;
  /** Interrupts of the code that runs. */
  let serials: number[] = [];
  return {
    serving,
    get isEnding() {
      return isEnding;
    },
    handle(message) {
      if (message.type === 'abort') return serving.abort(message.msgIds, message.serial);
      if (message.type === 'interrupt') {
        if (!runs.busy) return onInterrupted(message.serial, 'idle');
        serials.push(message.serial);
        return serving.interrupt();
      }
      isEnding = true;
      serving.end(message.restart);
      void kernel.end(message.restart);
    },
    onIdle() {
      for (const serial of serials) onInterrupted(serial, 'running');
      serials = [];
    },
    closed() {
      // Before the controller is told of the end: who is gone is not heard.
      for (const serial of serials) onInterrupted(serial, 'ended');
      return serving.close();
    },
  };
}
