// The kernel's shell: sockets, user code and output around the core.
import { setImmediate, setTimeout } from 'node:timers';
import { createRunner } from '@muster/machine';
import { createSystemPorts } from '@muster/machine/node';
import type { JsonObject } from '@muster/protocol';
import { createTransport } from '@muster/transport';
import type { KernelEffect, KernelEvent, KernelState } from '../core/index.ts';
import { createKernelState, defaultKernelSettings, failure, step } from '../core/index.ts';
import type { Interrupted, KernelSetup } from '../ipc.ts';
import type { Log } from '../log.ts';
import { createThrottle } from '../log.ts';
import { currentParent } from './capture.ts';
import { createNamespace } from './code/namespace.ts';
import { mimeBundle } from './display.ts';
import { describeFailure } from './failures.ts';
import { installGlobals } from './globals.ts';
import type { Output, StreamName } from './output.ts';
import { createRuns } from './runs.ts';
import { isStartup, startupRequest, tellStartup } from './startup.ts';
import { createWatch } from './watch.ts';
import { openWire } from './wire.ts';

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

/** How long requests that are under way to an ending kernel are still answered. */
const farewellMs = 50;

const settleTurns = 100;

export function createKernel({ setup, output, log, onAborted, onInterrupted, onEnded }: KernelOptions): Kernel {
  const ports = createSystemPorts();
  const state = createKernelState(setup.uuid, { ...defaultKernelSettings, maxQueued: setup.maxQueued });
  const throttle = createThrottle();
  const transport = createTransport({
    name: setup.transport,
    onError: (error, socket) => log.error({ socket, error }, 'socket error'),
  });
  let received = 0;
  const wire = openWire({
    transport,
    setup,
    clock: ports.clock,
    onRequest(request, oversize) {
      received++;
      dispatch(
        oversize === undefined
          ? { type: 'request.received', request }
          : { type: 'request.refused', request, failure: failure('MessageTooLarge', oversize) },
      );
    },
    onDropped: (error) =>
      throttle((heldBack) => log.warn({ why: (error as Error).message, heldBack }, 'message dropped')),
  });
  const display = (value: unknown, metadata: object = {}): void => {
    const parent = currentParent();
    const publish = (data: JsonObject): void => {
      output.flush();
      const content = { data, metadata: metadata as JsonObject, transient: {} };
      wire.publish({ topic: 'displaypub', msgType: 'display_data', parent, metadata: {}, content });
    };
    const bundle = mimeBundle(value);
    if (bundle instanceof Promise) void bundle.then(publish);
    else publish(bundle);
  };
  installGlobals({ display });
  const namespace = createNamespace();
  const watch = createWatch((serial) => {
    if (state.running !== undefined) runs.interrupt(state.running.number);
    onInterrupted(serial, 'looping');
  });
  const runs = createRuns({
    namespace,
    whenSent: wire.whenSent,
    beforeCode: watch.start,
    onEnded: (run, outcome) => dispatch({ type: 'run.ended', run, outcome }),
  });
  const { dispatch } = createRunner<KernelState, KernelEvent, never, KernelEffect>({
    state,
    step,
    ports,
    perform: { writes() {}, send: perform },
    onError: (error, event) => log.error({ error, event: event.type }, 'kernel error'),
  });

  function perform(effect: KernelEffect): void {
    switch (effect.type) {
      case 'reply.send':
        return isStartup(effect.request) ? tellStartup(effect, log) : wire.reply(effect);
      case 'iopub.publish':
        return wire.publish(effect);
      case 'run.start':
        return runs.start(effect);
      case 'run.interrupt':
        return runs.interrupt(effect.run);
      case 'output.flush':
        return output.flush();
      case 'aborting.settle':
        return settle(received, 0, 0);
      case 'abort.confirm':
        return onAborted(effect.serial);
      case 'kernel.end':
        return void setTimeout(end, farewellMs);
    }
  }
  function end(): void {
    void wire
      .close()
      .then(() => transport.close())
      .then(onEnded);
  }
  /** Waits for two turns of the event loop in which no request came; in a flood, for some. */
  function settle(before: number, quiet: number, turns: number): void {
    setImmediate(() => {
      const isQuiet = received === before;
      if ((isQuiet && quiet >= 1) || turns >= settleTurns) dispatch({ type: 'aborting.settled' });
      else settle(received, isQuiet ? quiet + 1 : 0, turns + 1);
    });
  }

  for (const { name, code } of setup.startup)
    dispatch({ type: 'request.received', request: startupRequest(name, code, setup.uuid) });
  return {
    registered(id) {
      wire.connectBroadcast(id);
      dispatch({ type: 'kernel.registered', id });
    },
    abort: (msgIds, serial) => dispatch({ type: 'abort.asked', msgIds, serial }),
    clear: () => namespace.clear(),
    interrupt(serial) {
      if (!watch.handle(serial)) return;
      const what = state.running === undefined ? 'idle' : 'waiting';
      dispatch({ type: 'interrupt.asked' });
      onInterrupted(serial, what);
    },
    end: (restart) => dispatch({ type: 'shutdown.asked', restart }),
    tellUncaught(what, error) {
      const { traceback } = describeFailure(error);
      output.write('stderr', `${what}: ${traceback.join('\n')}\n`, currentParent());
      log.warn({ what }, 'uncaught in user code');
    },
    publishText: (name, text, parent) =>
      wire.publish({ topic: name, msgType: 'stream', parent, metadata: {}, content: { name, text } }),
  };
}
