// The shell of the task scheduler: two ROUTER sockets, the bus, and the core between them.
import type { Bus } from '@muster/bus';
import type { Ports, Recorder } from '@muster/machine';
import { createRunner } from '@muster/machine';
import type { Message, PeerId, Signer } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { BoundSockets, Socket } from '@muster/transport';
import type { TaskSchedulerConfig } from './config.ts';
import { checkConfig } from './config.ts';
import type { SchedulerSend } from './core/effects.ts';
import type { SchedulerEvent } from './core/events.ts';
import type { Counts } from './core/inspect.ts';
import { countTasks, invariants, leftovers } from './core/inspect.ts';
import { createState } from './core/state.ts';
import { step } from './core/step.ts';
import type { DropLog } from './drop-log.ts';
import { createDropLog } from './drop-log.ts';
import { createSender } from './performing.ts';
import { createReader } from './reading.ts';

export interface TaskSchedulerOptions {
  readonly sockets: BoundSockets;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly signer: Signer;
  readonly log: Logger;
  readonly config: TaskSchedulerConfig;
  /** Is told of each step; for stories. */
  readonly record?: Recorder<SchedulerEvent, never, SchedulerSend>;
}

export interface TaskSchedulerService {
  /** Takes no more work, forgets what is unfinished and closes both sockets. May be called again. */
  stop(): Promise<void>;
  /** What there is now; `dropped` counts unreadable messages since the start. */
  counts(): Counts & Pick<DropLog, 'dropped'>;
  /** What is left of tasks; empty when every task has been answered and no engine is being given up. */
  leftovers(): string[];
  /** The rules that the state breaks; empty when all is well. Looks at everything: for tests and simulations. */
  invariants(): string[];
}

/** Opens the task sockets and starts. Rejects with MusterError `port_in_use`, `bad_option` or `unknown_option`. */
export async function createTaskSchedulerService(options: TaskSchedulerOptions): Promise<TaskSchedulerService> {
  const { bus, ports, signer, log, config } = options;
  checkConfig(config);
  const { clients, engines } = await openSockets(options.sockets);
  const state = createState(config, ports.newId());
  const runner = createRunner({
    state,
    step,
    ports,
    perform: { writes() {}, send: createSender({ clients, engines, bus, signer }) },
    onError: (error, event) => log.error({ err: error, event: event.type }, 'step failed'),
    ...(options.record && { record: options.record }),
  });
  const drops = createDropLog(log, ports.clock);
  const reader = createReader(signer, drops);
  const submit = (client: PeerId | null, message: Message): void =>
    runner.dispatch({ type: 'task.submitted', client, message });

  const unsubscribe = [
    bus.subscribe('engine.registered', (fact) => runner.dispatch(fact)),
    bus.subscribe('engine.unregistered', ({ engine }) => runner.dispatch({ type: 'engine.unregistered', engine })),
    bus.subscribe('task.resubmitted', ({ message }) => submit(null, message)),
  ];
  clients.onMessages((batch) => {
    for (const received of batch) {
      const message = reader.readRequest(received);
      if (message) submit(received.peer, message);
    }
  });
  engines.onMessages((batch) => {
    for (const received of batch) {
      const message = reader.readReply(received);
      if (message) runner.dispatch({ type: 'task.answered', engineUuid: received.peer, message });
    }
  });

  async function stop(): Promise<void> {
    for (const end of unsubscribe.splice(0)) end();
    runner.stop();
    const { running, waiting, held } = countTasks(state);
    if (running + waiting + held > 0) log.warn({ running, waiting, held }, 'stopped with unfinished tasks');
    await Promise.all([clients.close(), engines.close()]);
  }
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      stopped ??= stop();
      return stopped;
    },
    counts: () => ({ ...countTasks(state), dropped: { ...drops.dropped } }),
    leftovers: () => leftovers(state),
    invariants: () => invariants(state),
  };
}

/** Both, or none. */
async function openSockets(sockets: BoundSockets): Promise<{ clients: Socket; engines: Socket }> {
  const clients = await sockets.open({ kind: 'router', channel: 'task', side: 'client', identity: 'task_in' });
  try {
    const engines = await sockets.open({ kind: 'router', channel: 'task', side: 'engine', identity: 'task_out' });
    return { clients, engines };
  } catch (error) {
    await clients.close();
    throw error;
  }
}
