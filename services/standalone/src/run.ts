// A service as a program: the log, health, NATS, MongoDB and signals around it.
import type { Bus, ServiceName } from '@muster/bus';
import type { NatsBus } from '@muster/bus/nats';
import type { SharedServiceValues } from '@muster/config';
import { readSessionKey } from '@muster/config';
import { createSystemPorts } from '@muster/machine/node';
import { MusterError } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import type { Logger, ProcessMetrics } from '@muster/telemetry';
import { createLogger, createProcessMetrics, gauge, startWatchServer } from '@muster/telemetry';
import type { BoundSockets, Transport } from '@muster/transport';
import { createHmacSigner, createZeromqTransport } from '@muster/transport';
import { busMetrics } from './bus-metrics.ts';
import { openBus } from './open-bus.ts';
import { prepareSockets } from './open-sockets.ts';
import { openStore } from './open-store.ts';
import type { Part, StartPart } from './part.ts';
import type { Readiness } from './readiness.ts';
import { createReadiness } from './readiness.ts';
import type { ServiceValues, StoreValues } from './settings.ts';
import type { Stopping } from './stopping.ts';
import { createStopping, pause } from './stopping.ts';

export interface ServiceProgram<V extends SharedServiceValues> {
  readonly name: ServiceName;
  readonly load: () => Promise<{ readonly start: StartPart<V> }>;
  /** It says what became of requests and tasks: keeps that until the hub has stored it. */
  readonly keepsFacts?: true;
}

/** How long the end may take beyond the time that the program lingers. */
const closingMs = 1500;

/**
 * Runs a service until a signal ends it. Resolves to the exit status; errors that a person can mend reject with MusterError
 * (`bad_option`, `port_in_use`). An absent NATS or MongoDB is no error: it is waited for.
 */
export async function runService<V extends SharedServiceValues>(
  program: ServiceProgram<V>,
  values: V,
): Promise<number> {
  const log = createLogger({ level: values.logLevel, format: values.logFormat }).child({ service: program.name });
  checkClusterId(values.clusterId);
  const key = readSessionKey(values);
  const stopping = createStopping();
  const readiness = createReadiness(log);
  readiness.set(program.name, 'starting');
  const figures = createProcessMetrics();
  const running: Running = {};
  const server = await serve(values.http, readiness, figures, running, log);
  try {
    await start(program, { values, key, log, stopping, readiness, running });
    log.info({ why: await stopping.asked, lingerS: values.lingerS }, 'stopping');
    return 0;
  } catch (error) {
    // What was cut short by the end is no fault.
    if (stopping.signal.aborted) return 0;
    throw error;
  } finally {
    readiness.close();
    readiness.set(program.name, 'stopping');
    await stop(running, values.lingerS * 1000, log);
    figures.close();
    await server?.close();
    stopping.close();
  }
}

/** What has been opened so far, to be closed again. */
interface Running {
  transport?: Transport;
  nats?: NatsBus;
  /** On NATS. */
  bus?: Bus;
  store?: TaskStore;
  part?: Part;
}

interface Start<V> {
  readonly values: V;
  readonly key: string;
  readonly log: Logger;
  readonly stopping: Stopping;
  readonly readiness: Readiness;
  readonly running: Running;
}

async function start<V extends SharedServiceValues>(program: ServiceProgram<V>, context: Start<V>): Promise<void> {
  const { values, key, log, stopping, readiness, running } = context;
  const failing = new AbortController();
  const signal = AbortSignal.any([stopping.signal, failing.signal]);
  running.transport = createZeromqTransport({
    onError: (error, socket) => log.error({ err: error, socket }, 'socket error'),
  });
  const { transport } = running;
  const sockets = hasPorts(values) ? await prepareSockets({ values, key, transport, log, signal }) : noSockets;
  const onGap = (why: string): void => running.part?.resync(why);
  // What is opened is noted before the next step can fail, so that it is closed.
  const opening = [
    openBus({ values, name: program.name, log, readiness, onGap, signal }).then(async (nats) => {
      if (nats === undefined) return;
      running.nats = nats;
      running.bus = nats;
      if (program.keepsFacts) running.bus = (await import('@muster/bus/kept')).createKeptPublisher({ bus: nats, log });
    }),
  ];
  if (hasStore(values))
    opening.push(
      openStore({ values, log, readiness, signal }).then((store) => {
        if (store !== undefined) running.store = store;
      }),
    );
  await Promise.all(opening).catch(async (error: unknown) => {
    failing.abort();
    await Promise.allSettled(opening);
    throw error;
  });
  if (signal.aborted || running.bus === undefined) return;
  const { bus, store } = running;
  running.part = await (await program.load()).start({
    values,
    log,
    bus,
    store,
    sockets,
    ports: createSystemPorts(),
    signer: createHmacSigner(key),
    end: stopping.ask,
  });
  bus.publish({ type: 'service.started', service: program.name });
  running.part.resync('started');
  await becomeReady(program.name, running.part, readiness, signal);
}

const lookMs = 50;

async function becomeReady(name: string, part: Part, readiness: Readiness, signal: AbortSignal): Promise<void> {
  let why = part.whyNotReady?.();
  while (why !== undefined && !signal.aborted) {
    readiness.set(name, why);
    await pause(lookMs, signal);
    why = part.whyNotReady?.();
  }
  readiness.set(name, undefined);
}

/** Closes the ports at once and the rest while it lingers; not for longer than that and a moment. */
async function stop(running: Running, lingerMs: number, log: Logger): Promise<void> {
  const { part, transport, bus, store } = running;
  const closing = async (): Promise<void> => {
    await part?.stop();
    await transport?.close();
    const lingering = part === undefined ? undefined : pause(lingerMs);
    const flushed = Promise.all([bus?.close(), store?.close()]).catch((error: unknown) =>
      log.error({ err: error }, 'not everything was closed well'),
    );
    await Promise.all([lingering, flushed]);
  };
  const closed = new AbortController();
  await Promise.race([closing(), pause(lingerMs + closingMs, closed.signal)]);
  closed.abort();
}

const hasPorts = (values: object): values is ServiceValues => 'ip' in values;
const noSockets: BoundSockets = {
  open: () => Promise.reject(new Error('this service has no ports')),
};
const hasStore = (values: object): values is StoreValues => 'mongodb' in values;

async function serve(address: string, readiness: Readiness, figures: ProcessMetrics, running: Running, log: Logger) {
  if (address === '') return undefined;
  const metrics = () => [
    gauge('muster_ready', 'Whether the service is ready.', Number(readiness.reasons().length === 0)),
    ...(running.part?.metrics() ?? []),
    ...(running.nats === undefined ? [] : busMetrics(running.nats)),
    ...figures.read(),
  ];
  const server = await startWatchServer({ address, whyNotReady: readiness.reasons, metrics });
  log.info({ url: server.url }, 'health and metrics are served');
  return server;
}

function checkClusterId(clusterId: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,49}$/.test(clusterId)) return;
  throw new MusterError(
    'bad_option',
    `'${clusterId}' cannot be a cluster id.`,
    'Use up to 50 letters, digits, - and _, a letter or digit first.',
  );
}
