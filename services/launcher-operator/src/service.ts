// The launcher-operator's shell: profiles from a source, engines by launchers, facts from the bus.
import type { Bus } from '@muster/bus';
import type { Ports } from '@muster/machine';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { Tuning } from './core/index.ts';
import { explain } from './explain.ts';
import { createHubView } from './hub-view.ts';
import { createObserver } from './observer.ts';
import type { EngineLaunchers } from './profile-facts.ts';
import type { ProfileWorker } from './profile-worker.ts';
import { createProfileWorker } from './profile-worker.ts';
import type { ProfileSource } from './source.ts';
import { createWorkQueue } from './work-queue.ts';

export interface LauncherOperatorOptions {
  readonly source: ProfileSource;
  readonly launchers: EngineLaunchers;
  readonly bus: Bus;
  readonly ports: Ports;
  readonly log: Logger;
  readonly tuning: Tuning;
  /** Text of the engines' connection file. */
  readonly connection: string;
  /** Connection files by name, written when this operator begins. */
  readonly files: Readonly<Record<string, string>>;
  readonly shutDown: (uuid: string) => Promise<void>;
  /** Every profile is looked at so often, whatever happens. */
  readonly resyncMs: number;
  /** Launchers are asked so often while something changes, and at every resync otherwise. */
  readonly pollMs: number;
}

export interface LauncherOperatorService {
  /** Resolves when the profiles that there are are being looked at. */
  start(): Promise<void>;
  /** Facts may have been lost: asks the hub and looks at everything. */
  resync(): Promise<void>;
  /** Ends all engines that it has launched, as if there were no profiles. Resolves when they are gone, or by the signal. */
  endEngines(signal: AbortSignal): Promise<void>;
  counts(): { readonly profiles: number; readonly desired: number; readonly registered: number };
  /** Engines go on. Calls to launchers that are under way come to their end first. */
  stop(): Promise<void>;
}

export function createLauncherOperatorService(options: LauncherOperatorOptions): LauncherOperatorService {
  const { source, launchers, bus, ports, log, resyncMs, pollMs } = options;
  const nowMs = (): number => Math.floor(ports.clock.nowUs() / 1000);
  const workers = new Map<string, ProfileWorker>();
  const hub = createHubView(bus, log, nowMs, (uuid) => {
    for (const [name, worker] of workers) if (uuid === undefined || owns(worker, uuid)) queue.add(name);
  });
  const ending = createEnding();
  const context = { ...options, hub, again: (name: string) => queue.add(name), isEnding: () => ending.begun };

  function workerOf(name: string): ProfileWorker {
    const worker = workers.get(name) ?? createProfileWorker(name, context);
    workers.set(name, worker);
    return worker;
  }
  const queue = createWorkQueue({
    ports,
    async work(name) {
      const afterMs = await workerOf(name).work();
      if (!source.names().includes(name)) workers.delete(name);
      ending.look(source.names().every((each) => workers.get(each)?.isEmpty()));
      return afterMs;
    },
    onError(error, name) {
      const isUsual = error instanceof MusterError && error.retryable;
      log[isUsual ? 'info' : 'error']({ profile: name, why: explain(error) }, 'profile is tried again');
      if (!isUsual) log.debug({ err: error }, 'this is where it failed');
    },
  });
  const observer = createObserver({
    launchers,
    log,
    nowMs,
    pollMs,
    calmRounds: Math.max(1, Math.round(resyncMs / pollMs)),
    *watched() {
      for (const [name, worker] of workers)
        yield {
          launches: worker.recorded().filter(({ state }) => state === 'up'),
          isSettled: worker.isSettled(),
          observe: worker.observe,
          changed: () => queue.add(name),
        };
    },
  });
  const endListening = bus.subscribe('service.started', ({ service }) => {
    if (service !== 'task-scheduler') return;
    for (const worker of workers.values()) worker.forgetDrains();
    lookAtAll();
  });
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function publishConnections(): Promise<void> {
    try {
      await source.writeConnections(options.files);
      log.info({ files: Object.keys(options.files) }, 'connection files written');
    } catch (error) {
      log.error({ why: explain(error) }, 'the connection files are not written');
      if (!stopped)
        ports.timers.set(connectionTimer, ports.clock.nowUs() + resyncMs * 1000, () => void publishConnections());
    }
  }
  function lookAtAll(): void {
    for (const name of source.names()) queue.add(name);
  }
  return {
    async start() {
      void hub.resync();
      await source.start(queue.add, observer.soon);
      if (stopped) return;
      await publishConnections();
      lookAtAll();
      observer.start();
      timer = setInterval(lookAtAll, resyncMs);
    },
    async resync() {
      for (const worker of workers.values()) worker.forgetDrains();
      await hub.resync();
      lookAtAll();
    },
    async endEngines(signal) {
      const ended = ending.begin(signal);
      ending.look(source.names().length === 0);
      lookAtAll();
      await ended;
    },
    counts() {
      const statuses = [...workers.values()].map((worker) => worker.counts());
      const sum = (key: 'desired' | 'registered'): number => statuses.reduce((all, counts) => all + counts[key], 0);
      return { profiles: workers.size, desired: sum('desired'), registered: sum('registered') };
    },
    async stop() {
      stopped = true;
      clearInterval(timer);
      ports.timers.clear(connectionTimer);
      endListening();
      hub.stop();
      await observer.stop();
      await queue.stop();
      await Promise.all([...workers.values()].map((worker) => worker.settled()));
      await source.stop();
    },
  };
}

/** Whether engines are to be ended, and whether that is done. */
function createEnding() {
  const { promise, resolve } = Promise.withResolvers<void>();
  let begun = false;
  return {
    get begun() {
      return begun;
    },
    look(isDone: boolean): void {
      if (begun && isDone) resolve();
    },
    begin(signal: AbortSignal): Promise<void> {
      begun = true;
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve());
      setTimeout(resolve, endingMs).unref();
      return promise;
    },
  };
}

/** Launchers kill after 5 s what does not end. */
const endingMs = 15_000;

const connectionTimer = 'connection files';

/** Engines are called after their launch. */
const owns = (worker: ProfileWorker, uuid: string): boolean =>
  worker.recorded().some(({ id }) => uuid.startsWith(`${id}-`));
