// Node's kernel: user code and its output, plugged into what every kernel has in common.
import type { JsonObject } from '@muster/protocol';
import type { Interrupted, KernelSetup } from '../ipc.ts';
import type { Log } from '../log.ts';
import { currentParent } from './capture.ts';
import { createNamespace } from './code/namespace.ts';
import { mimeBundle } from './display.ts';
import { describeFailure } from './failures.ts';
import { installGlobals } from './globals.ts';
import type { Output, StreamName } from './output.ts';
import { createRuns } from './runs.ts';
import { openServing } from './serving.ts';
import { createWatch } from './watch.ts';

export interface Kernel {
  registered(id: number): void;
  abort(msgIds: readonly string[], serial: number): void;
  clear(): void;
  interrupt(serial: number): void;
  end(restart: boolean): void;
  /** An error that no run of user code took: told to the user, and the engine goes on. */
  tellUncaught(what: string, error: unknown): void;
  publishText(name: StreamName, text: string, parent: JsonObject): void;
}

export interface KernelOptions {
  readonly setup: KernelSetup;
  readonly output: Output;
  readonly log: Log;
  readonly onAborted: (serial: number) => void;
  readonly onInterrupted: (serial: number, what: Interrupted) => void;
  /** All messages are out; nothing of the kernel is left. */
  readonly onEnded: () => void;
}

export function createKernel({ setup, output, log, onAborted, onInterrupted, onEnded }: KernelOptions): Kernel {
  const display = (value: unknown, metadata: object = {}): void => {
    const parent = currentParent();
    const publish = (data: JsonObject): void => {
      output.flush();
      const content = { data, metadata: metadata as JsonObject, transient: {} };
      serving.publish({ topic: 'displaypub', msgType: 'display_data', parent, metadata: {}, content });
    };
    const bundle = mimeBundle(value);
    if (bundle instanceof Promise) void bundle.then(publish);
    else publish(bundle);
  };
  installGlobals({ display });
  const namespace = createNamespace();
  const watch = createWatch((serial) => {
    if (serving.running !== undefined) runs.interrupt(serving.running.number);
    onInterrupted(serial, 'looping');
  });
  const runs = createRuns({
    namespace,
    whenSent: (then) => serving.whenSent(then),
    beforeCode: watch.start,
    onEnded: (run, outcome) => serving.runEnded(run, outcome),
  });
  const serving = openServing({
    setup,
    log,
    startRun: runs.start,
    interruptRun: runs.interrupt,
    flushOutput: output.flush,
    onAborted,
    onEnded,
  });
  return {
    registered: serving.registered,
    abort: serving.abort,
    clear: () => namespace.clear(),
    interrupt(serial) {
      if (!watch.handle(serial)) return;
      const what = serving.running === undefined ? 'idle' : 'waiting';
      serving.interrupt();
      onInterrupted(serial, what);
    },
    end: serving.end,
    tellUncaught(what, error) {
      const { traceback } = describeFailure(error);
      output.write('stderr', `${what}: ${traceback.join('\n')}\n`, currentParent());
      log.warn({ what }, 'uncaught in user code');
    },
    publishText: (name, text, parent) =>
      serving.publish({ topic: name, msgType: 'stream', parent, metadata: {}, content: { name, text } }),
  };
}
