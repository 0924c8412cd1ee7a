// What every kernel has in common: the machine, its requests from the controller, answers and output. Who runs the code is
// plugged in.
import { setImmediate, setTimeout } from 'node:timers';
import { createRunner } from '@muster/machine';
import { createSystemPorts } from '@muster/machine/node';
import { createTransport } from '@muster/transport';
import type { KernelEffect, KernelEvent, KernelNature, KernelState, Outcome, Run } from '../core/index.ts';
import { createKernelState, defaultKernelSettings, failure, step } from '../core/index.ts';
import type { KernelSetup } from '../ipc.ts';
import type { Log } from '../log.ts';
import { createThrottle } from '../log.ts';
import { isStartup, startupRequest, tellStartup } from './startup.ts';
import type { Wire } from './wire.ts';
import { openWire } from './wire.ts';

type Effect<T extends KernelEffect['type']> = Extract<KernelEffect, { type: T }>;

export interface Serving {
  readonly publish: Wire['publish'];
  readonly whenSent: Wire['whenSent'];
  readonly running: Run | undefined;
  registered(id: number): void;
  abort(msgIds: readonly string[], serial: number): void;
  interrupt(): void;
  runEnded(run: number, outcome: Outcome): void;
  /** Everyone who waits is answered; `onEnded` follows. */
  end(restart: boolean): void;
  /** Gives up the sockets, answering nobody. */
  close(): Promise<void>;
}

export interface ServingOptions {
  readonly setup: KernelSetup;
  /** Default: Node's. */
  readonly nature?: KernelNature;
  readonly log: Log;
  readonly startRun: (effect: Effect<'run.start'>) => void;
  readonly interruptRun: (run: number) => void;
  readonly flushOutput: () => void;
  readonly onAborted: (serial: number) => void;
  /** What ends before the sockets close, so that who asks meanwhile is answered. */
  readonly untilGone?: () => Promise<unknown>;
  /** All messages are out; no socket is left. */
  readonly onEnded: () => void;
}

/** How long requests that are under way to an ending kernel are still answered. */
const farewellMs = 50;

const settleTurns = 100;

/** Connects to the controller; the startup code of the setup is the first to run. */
export function openServing(options: ServingOptions): Serving {
  const { setup, log } = options;
  const ports = createSystemPorts();
  const settings = { ...defaultKernelSettings, maxQueued: setup.maxQueued };
  const state = createKernelState(setup.uuid, settings, options.nature);
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
        return options.startRun(effect);
      case 'run.interrupt':
        return options.interruptRun(effect.run);
      case 'output.flush':
        return options.flushOutput();
      case 'aborting.settle':
        return settle(received, 0, 0);
      case 'abort.confirm':
        return options.onAborted(effect.serial);
      case 'kernel.end':
        return void setTimeout(() => void leave(), farewellMs);
    }
  }
  async function leave(): Promise<void> {
    await options.untilGone?.();
    await close();
    options.onEnded();
  }
  async function close(): Promise<void> {
    await wire.close();
    await transport.close();
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
    publish: wire.publish,
    whenSent: wire.whenSent,
    get running() {
      return state.running;
    },
    registered(id) {
      wire.connectBroadcast(id);
      dispatch({ type: 'kernel.registered', id });
    },
    abort: (msgIds, serial) => dispatch({ type: 'abort.asked', msgIds, serial }),
    interrupt: () => dispatch({ type: 'interrupt.asked' }),
    runEnded: (run, outcome) => dispatch({ type: 'run.ended', run, outcome }),
    end: (restart) => dispatch({ type: 'shutdown.asked', restart }),
    close,
  };
}
