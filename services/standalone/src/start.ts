// The start of a program: sockets, NATS and MongoDB, then the service between them.
import type { Bus, ServiceName } from '@muster/bus';
import type { SharedServiceValues } from '@muster/config';
import { createSystemPorts } from '@muster/machine/node';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { BoundSockets } from '@muster/transport';
import { createHmacSigner, createTransport, logTransportErrors } from '@muster/transport';
import { openBus } from './open-bus.ts';
import { prepareSockets } from './open-sockets.ts';
import { openStore } from './open-store.ts';
import type { Part, StartPart } from './part.ts';
import type { Readiness } from './readiness.ts';
import type { Running } from './running.ts';
import type { ServiceValues, StoreValues } from './settings.ts';
import type { Stopping } from './stopping.ts';
import { pause } from './stopping.ts';

export interface ServiceProgram<V extends SharedServiceValues> {
  readonly name: ServiceName;
  readonly load: () => Promise<{ readonly start: StartPart<V> }>;
  /** It says what became of requests and tasks: keeps that until the hub has stored it. */
  readonly keepsFacts?: true;
}

const lookMs = 50;
const retryMs = 1000;

export interface Start<V> {
  readonly values: V;
  readonly key: string;
  readonly log: Logger;
  readonly stopping: Stopping;
  readonly readiness: Readiness;
  readonly running: Running;
}

export async function start<V extends SharedServiceValues>(
  program: ServiceProgram<V>,
  context: Start<V>,
): Promise<void> {
  const { values, key, log, stopping, readiness, running } = context;
  const failing = new AbortController();
  const signal = AbortSignal.any([stopping.signal, failing.signal]);
  running.transport = createTransport({
    name: hasPorts(values) ? values.transport : undefined,
    onError: logTransportErrors(log),
  });
  const { transport } = running;
  const sockets = hasPorts(values) ? await prepareSockets({ values, key, transport, log, signal }) : noSockets;
  const opened = openServers(program, context, signal);
  await opened.catch(() => failing.abort());
  await opened;
  if (signal.aborted || running.bus === undefined) return;
  const { bus, store } = running;
  const surroundings = { values, log, bus, store, sockets, ports: createSystemPorts(), signer: createHmacSigner(key) };
  const { start: begin } = await program.load();
  const begun = await patiently(() => begin({ ...surroundings, end: stopping.ask }), program.name, readiness, signal);
  if (begun === undefined) return;
  running.part = begun;
  obeyShutdown(bus, begun, context);
  bus.publish({ type: 'service.started', service: program.name });
  begun.resync('started');
  await becomeReady(program.name, begun, readiness, signal);
}

/** What is opened is noted before the next step can fail, so that it is closed. Resolves too when the signal came first. */
async function openServers<V extends SharedServiceValues>(
  { name, keepsFacts }: ServiceProgram<V>,
  { values, log, readiness, running }: Start<V>,
  signal: AbortSignal,
): Promise<unknown> {
  const onGap = (why: string): void => running.part?.resync(why);
  const opening: Promise<void>[] = [
    openBus({ values, name, log, readiness, onGap, signal }).then(async (nats) => {
      if (nats === undefined) return;
      running.nats = nats;
      running.bus = nats;
      if (keepsFacts) running.bus = (await import('@muster/bus/kept')).createKeptPublisher({ bus: nats, log });
    }),
  ];
  if (hasStore(values))
    opening.push(
      openStore({ values, log, readiness, signal }).then((store) => {
        if (store !== undefined) running.store = store;
      }),
    );
  return Promise.all(opening);
}

/** The store may go away between its opening and the first question. Undefined when the signal came first. */
async function patiently<T>(
  begin: () => Promise<T>,
  name: string,
  readiness: Readiness,
  signal: AbortSignal,
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await begin();
    } catch (error) {
      if (!(error instanceof MusterError) || error.code !== 'store_unusable') throw error;
      readiness.set(name, error.message);
      await pause(retryMs, signal);
    }
  }
  return undefined;
}

/** The hub hears its own word, too: so with a NATS that is away all end when it is back, or none. */
function obeyShutdown(bus: Bus, part: Part, { log, stopping }: Pick<Start<unknown>, 'log' | 'stopping'>): void {
  const end = bus.subscribe('cluster.shutdown', () => {
    end();
    const done = part.shutDown?.(stopping.signal) ?? Promise.resolve();
    done
      .catch((error: unknown) => log.error({ err: error }, 'the shutdown is not complete'))
      .finally(() => stopping.ask('a client has ended the cluster'));
  });
}

async function becomeReady(name: string, part: Part, readiness: Readiness, signal: AbortSignal): Promise<void> {
  let why = part.whyNotReady?.();
  while (why !== undefined && !signal.aborted) {
    readiness.set(name, why);
    await pause(lookMs, signal);
    why = part.whyNotReady?.();
  }
  if (!signal.aborted) readiness.set(name, undefined);
}

const hasPorts = (values: object): values is ServiceValues => 'ip' in values;
const noSockets: BoundSockets = {
  open: () => Promise.reject(new Error('this service has no ports')),
};
const hasStore = (values: object): values is StoreValues => 'mongodb' in values;
