// One registration of an engine, from its first process to its goodbye. The nanny is never busy, so it keeps the heart
// beating and answers control requests while the kernel computes; and it sees the kernel's end as it happens.
import { createSystemClock, newId } from '@muster/machine/node';
import type { EngineConnection, JsonObject } from '@muster/protocol';
import type { Transport } from '@muster/transport';
import { createTransport } from '@muster/transport';
import type { KernelSetup } from '../ipc.ts';
import type { Log } from '../log.ts';
import { createActions } from './actions.ts';
import { openControl } from './control.ts';
import type { Heart } from './heart.ts';
import { startHeart } from './heart.ts';
import { keepKernel } from './kernel-keeper.ts';
import type { KernelExit, KernelKind } from './kernel-process.ts';
import { createRegistrar } from './registration.ts';
import { createNannySockets } from './sockets.ts';

export interface NannyOptions {
  readonly kind: KernelKind;
  /** Rejects when the controller cannot be found. */
  readonly connection: Promise<EngineConnection>;
  readonly setup: Pick<
    KernelSetup,
    'logLevel' | 'logFormat' | 'logFile' | 'transport' | 'startup' | 'maxMessageBytes' | 'maxQueued'
  >;
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly requestedId: number | null;
  /** Undefined: a new one. */
  readonly uuid: string | undefined;
  readonly noticeMs: number;
  readonly limitMs: number;
  readonly maxMisses: number;
  readonly log: Log;
  /** Told as soon as it is known. */
  readonly onRegistered: (id: number) => void;
  /**
   * Resolves when the controller is to be looked for elsewhere; rejects when the signal comes first. Asked while the engine waits
   * to be registered.
   */
  readonly whenElsewhere: (signal: AbortSignal) => Promise<void>;
  /** Ends the engine in good order. */
  readonly stop: AbortSignal;
  /** Calls back at each interrupt by signal, which is for the code that runs. Gives what ends that. */
  readonly onInterrupt?: (listener: () => void) => () => void;
}

/** Why an engine ended. */
export type NannyEnd =
  | { readonly why: 'stopped' | 'shut down' }
  /**
   * Its kernel did not react any more, and was given up on request; or it was not registered, and the controller is elsewhere: an
   * engine in its place shall start.
   */
  | { readonly why: 'replace' }
  | { readonly why: 'crashed'; readonly exit: KernelExit }
  | { readonly why: 'lost controller'; readonly misses: number };

/** How long a kernel may take to answer those who wait and to end. */
const endLimitMs = 2000;

/** Lives one engine. Throws MusterError when it cannot be registered; nothing is left behind in any case. */
export async function runNanny(options: NannyOptions): Promise<NannyEnd> {
  const { log, stop } = options;
  const transport = createTransport({
    name: options.setup.transport,
    onError: (error, socket) => log.error({ socket, error }, 'socket error'),
  });
  const actions = createActions(log);
  const { kind, cwd, env } = options;
  const kernel = keepKernel({ kind, cwd, env, endLimitMs, onMessage: actions.onMessage });
  const ended = Promise.withResolvers<NannyEnd>();
  const onStop = (): void => ended.resolve({ why: 'stopped' });
  stop.addEventListener('abort', onStop);
  void kernel.crashed.then((exit) => ended.resolve({ why: 'crashed', exit }));
  try {
    return await live({ options, transport, kernel, actions, ended });
  } catch (error) {
    if (!stop.aborted) throw error;
    return { why: 'stopped' };
  } finally {
    stop.removeEventListener('abort', onStop);
    actions.stop();
    await kernel.kill();
    await transport.close();
  }
}

interface Life {
  readonly options: NannyOptions;
  readonly transport: Transport;
  readonly kernel: ReturnType<typeof keepKernel>;
  readonly actions: ReturnType<typeof createActions>;
  readonly ended: PromiseWithResolvers<NannyEnd>;
}

async function live({ options, transport, kernel, actions, ended }: Life): Promise<NannyEnd> {
  const { log, setup, stop } = options;
  /** Whatever ends the engine also ends the wait for its beginning. */
  const unlessEnded = <T>(wait: Promise<T>): Promise<T> =>
    Promise.race([wait, kernel.failed, ended.promise.then((end) => Promise.reject(new EndedEarly(end)))]);
  let id: number | null = null;
  let goodbye = (): void => {};
  let deaf: (() => void) | undefined;
  let heart: Heart | undefined;
  const looking = new AbortController();
  try {
    const connection = await unlessEnded(options.connection);
    if (options.kind.mayFail) await unlessEnded(kernel.loaded);
    const uuid = options.uuid ?? newId();
    const sockets = createNannySockets(transport, connection, uuid, createSystemClock());
    const registrar = createRegistrar({ ...options, kernel: options.kind.name, sockets, connection, uuid });
    goodbye = () => registrar.unregister(id);
    const registering = registrar.register(stop);
    const elsewhere = (): void => {
      log.warn({}, 'there is a new connection file: the engine registers there');
      ended.resolve({ why: 'replace' });
    };
    options.whenElsewhere(looking.signal).then(elsewhere, () => {});
    kernel.connect({ ...setup, uuid, connection });
    const served = actions.serve(kernel, ended);
    openControl(sockets, connection, uuid, served, log);
    deaf = options.onInterrupt?.(() => {
      served.interrupt().catch((error: Error) => log.warn({ why: error.message }, 'not interrupted'));
    });
    const registered = await unlessEnded(registering);
    looking.abort();
    id = registered.id;
    options.onRegistered(id);
    const kernelMs = await unlessEnded(kernel.serve(id));
    heart = startHeart(sockets, connection, registered.heartbeatMs, options.maxMisses, (misses) =>
      ended.resolve({ why: 'lost controller', misses }),
    );
    const url = `${connection.interface}:${connection.registration}`;
    log.info({ id, uuid, url, nannyMs: Math.round(performance.now()), kernelMs }, 'engine ready');
    kernel.failed.catch((error: Error) => log.error({ why: error.message }, 'the kernel cannot be started again'));
    const end = await ended.promise;
    if (end.why === 'stopped' || end.why === 'shut down') await kernel.end();
    return end;
  } catch (error) {
    if (error instanceof EndedEarly) return error.end;
    throw error;
  } finally {
    looking.abort();
    deaf?.();
    heart?.stop();
    goodbye();
  }
}

class EndedEarly extends Error {
  readonly end: NannyEnd;
  constructor(end: NannyEnd) {
    super(end.why);
    this.end = end;
  }
}

/** What the log says of a crash. */
export const crashFields = ({ code, signal }: KernelExit): JsonObject =>
  signal === null ? { exitStatus: code } : { signal };
