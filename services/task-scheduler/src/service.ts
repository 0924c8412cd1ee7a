// The shell of the task scheduler: two ROUTER sockets, the bus, and the core between them.
import type { Bus } from '@muster/bus';
import type { Ports, Recorder, Runner } from '@muster/machine';
import { createRunner } from '@muster/machine';
import { releaseMemory } from '@muster/machine/node';
import type { Signer } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { BoundSockets, Post } from '@muster/transport';
import { createPlainPost, createPost } from '@muster/transport';
import { createBurstWatch } from './after-burst.ts';
import { listenToBus } from './bus-side.ts';
import type { TaskSchedulerConfig } from './config.ts';
import { checkConfig } from './config.ts';
import type { SchedulerSend } from './core/effects.ts';
import type { SchedulerEvent } from './core/events.ts';
import type { Counts } from './core/inspect.ts';
import { countTasks, invariants, leftovers } from './core/inspect.ts';
import { isKnown } from './core/known.ts';
import type { State } from './core/state.ts';
import { createState } from './core/state.ts';
import { step } from './core/step.ts';
import type { Doors } from './doors.ts';
import { createDoors } from './doors.ts';
import type { DropLog } from './drop-log.ts';
import { createDropLog } from './drop-log.ts';
import type { HubSide } from './hub-side.ts';
import { createHubSide, sameProcess } from './hub-side.ts';
import type { Pause } from './pause.ts';
import { createPause } from './pause.ts';
import { createSender } from './performing.ts';
import { createReader } from './reading.ts';
import { createRecaller } from './recalling.ts';
import { receiveMessages } from './receiving.ts';
import type { TaskRecords } from './records.ts';
import { recoverTasks } from './recovering.ts';
import { createStopping } from './stopping.ts';

export interface TaskSchedulerOptions {
  readonly sockets: BoundSockets;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly signer: Signer;
  readonly log: Logger;
  readonly config: TaskSchedulerConfig;
  /**
   * The hub is another process: it is asked for its list of engines when it starts, and before a task is refused whose
   * targets are not known; and engines get work when they have answered a probe. Default: `recover`.
   */
  readonly listEngines?: boolean;
  /** Where the hub keeps its records; only read. How tasks ended that others depend on and that are not known here. */
  readonly store?: TaskRecords | undefined;
  /** Take over what an earlier process has left in the store, and leave to the next what is unfinished at the end. */
  readonly recover?: boolean;
  /**
   * With `recover`: whoever starts the service is told when its ports are taken, and waits until it is ready. Default false: it
   * waits for them, as the process before may still be about to let go of them.
   */
  readonly startsWhole?: boolean;
  /** Is told of each step; for stories. */
  readonly record?: Recorder<SchedulerEvent, never, SchedulerSend>;
}

export interface TaskSchedulerService {
  /**
   * Takes no more work and closes both sockets. With `recover`, what is unfinished is left to the next process; else its
   * clients get errors (SchedulerStopped). May be called again.
   */
  stop(): Promise<void>;
  /**
   * Asks the hub which engines there are, until it answers, and takes the difference over. Calls during a question share the
   * next one. To be called at the start, and when facts may have been missed; a hub that starts is asked anyway. Without
   * `listEngines` it does nothing.
   */
  resync(): Promise<void>;
  /** What an earlier process has left is taken over, and the sockets are open. */
  ready(): boolean;
  /** What there is now; `dropped` counts unreadable messages since the start. */
  counts(): Counts & Pick<DropLog, 'dropped'>;
  /** What is left of tasks; empty when every task has been answered and no engine is being given up. */
  leftovers(): string[];
  /** The rules that the state breaks; empty when all is well. Looks at everything: for tests and simulations. */
  invariants(): string[];
}

/** What the parts of the shell share. */
export interface Shell extends TaskSchedulerOptions {
  readonly state: State;
  readonly runner: Runner<SchedulerEvent>;
  readonly doors: Doors;
  readonly post: Post;
  readonly pause: Pause;
  readonly hub: HubSide;
}

/**
 * Opens the task sockets and starts. Rejects with MusterError `port_in_use`, `bad_option` or `unknown_option`. With
 * `recover`, the sockets are opened only when hub and store have answered; it waits for them, and without `startsWhole` for
 * its ports, as long as it takes (see `ready`).
 */
export async function createTaskSchedulerService(options: TaskSchedulerOptions): Promise<TaskSchedulerService> {
  const { bus, ports, signer, log, config, store, recover = false, startsWhole = false } = options;
  checkConfig(config);
  const doors = createDoors(options.sockets, recover);
  if (!recover) await doors.open();
  const { clients, engines } = doors;
  const terms = { apart: options.listEngines ?? recover, recalls: store !== undefined, recovers: recover };
  const state = createState(config, ports.newId(), terms);
  const dispatch = (event: SchedulerEvent): void => runner.dispatch(event);
  const pause = createPause(ports);
  const hub = terms.apart ? createHubSide({ bus, log, pause, dispatch }) : sameProcess;
  const isReturning = (): boolean => readyUs === undefined || ports.clock.nowUs() < readyUs + returnMs * 1000;
  const post = recover ? createPost({ send: clients.send, isReturning, limits }) : createPlainPost(clients.send);
  const runner = createRunner<State, SchedulerEvent, never, SchedulerSend>({
    state,
    step,
    ports,
    perform: {
      writes() {},
      send: createSender({
        ...{ clients, engines, bus, signer, post },
        checkTargets: hub.checkTargets,
        askOutcomes: store === undefined ? () => {} : createRecaller({ store, log, pause, dispatch }),
      }),
    },
    onError: (error, event) => log.error({ err: error, event: event.type }, 'step failed'),
    ...(options.record && { record: options.record }),
  });
  const drops = createDropLog(log, ports.clock);
  const shell: Shell = { ...options, state, runner, doors, post, pause, hub };
  const stopping = createStopping(shell);
  const burst = createBurstWatch({ ...ports, size: () => state.tasks.size, release: releaseMemory });
  const onReplies = (): void => {
    stopping.look();
    burst.look();
  };
  const unsubscribe = listenToBus(shell);
  let readyUs: number | undefined;
  const begun = Promise.withResolvers<void>();
  const receive = (): void => {
    readyUs = ports.clock.nowUs();
    receiveMessages(shell, createReader(signer, drops), onReplies);
    begun.resolve();
  };
  if (recover)
    recoverTasks({
      ...{ store, hub, ports, signer, log, pause, dispatch, open: doors.open, waitsForPorts: !startsWhole },
      isKnown: (msgId) => isKnown(state, msgId),
      onTakenOver: receive,
    }).catch(begun.reject);
  else receive();
  if (startsWhole)
    await begun.promise.catch(async (error: unknown) => {
      await stopping.run(unsubscribe);
      throw error;
    });

  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= stopping.run(unsubscribe).finally(burst.stop);
      return stopped;
    },
    resync: async () => void (await hub.resync()),
    ready: () => readyUs !== undefined,
    counts: () => ({ ...countTasks(state), dropped: { ...drops.dropped } }),
    leftovers: () => leftovers(state),
    invariants: () => invariants(state),
  };
}

/** Who connects so soon after the start may have been a client of the process before. */
const returnMs = 60_000;
/** What is kept for clients that are not heard of; results are on record, too. */
const limits = { parcels: 10_000, bytes: 256 * 2 ** 20 };
