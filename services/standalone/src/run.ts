// A service as a program: the log, health and signals around it.
import type { SharedServiceValues } from '@muster/config';
import { readSessionKey } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { Logger, LogOutput, ProcessMetrics } from '@muster/telemetry';
import {
  createLogger,
  createLogOutput,
  createProcessMetrics,
  gauge,
  startWatchServer,
  watchOpenFiles,
} from '@muster/telemetry';
import { busMetrics } from './bus-metrics.ts';
import type { Readiness } from './readiness.ts';
import { createReadiness } from './readiness.ts';
import type { Running } from './running.ts';
import { closeAll } from './running.ts';
import type { ServiceProgram } from './start.ts';
import { start } from './start.ts';
import { createStopping } from './stopping.ts';
import { transportMetrics } from './transport-metrics.ts';

/**
 * Runs a service until a signal ends it. Resolves to the exit status; errors that a person can mend reject with MusterError
 * (`bad_option`, `port_in_use`). An absent NATS or MongoDB is no error: it is waited for.
 */
export async function runService<V extends SharedServiceValues>(
  program: ServiceProgram<V>,
  values: V,
): Promise<number> {
  checkClusterId(values.clusterId);
  const output = openOutput(program.name, values);
  const { logLevel: level, logFormat: format } = values;
  const log = createLogger({ level, format, write: output.write }).child({ service: program.name });
  const key = readSessionKey(values);
  const stopping = createStopping();
  const readiness = createReadiness(log);
  readiness.set(program.name, 'starting');
  const figures = createProcessMetrics();
  const files = watchOpenFiles(log);
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
    await closeAll(running, values.lingerS * 1000, log);
    figures.close();
    files.stop();
    await server?.close();
    stopping.close();
    output.close();
  }
}

/** `FOLDER/hub-CLUSTER_ID-PID.log` besides the terminal, where a folder is given. */
function openOutput(name: string, { logDir, clusterId, logFileBytes, logFiles }: SharedServiceValues): LogOutput {
  const limits = { maxBytes: logFileBytes, files: logFiles, clean: false };
  return createLogOutput(logDir === '' ? undefined : { ...limits, folder: logDir, name: `${name}-${clusterId}` });
}

async function serve(address: string, readiness: Readiness, figures: ProcessMetrics, running: Running, log: Logger) {
  if (address === '') return undefined;
  const metrics = () => [
    gauge('muster_ready', 'Whether the service is ready.', Number(readiness.reasons().length === 0)),
    ...(running.part?.metrics() ?? []),
    ...(running.transport?.counters === undefined ? [] : transportMetrics(running.transport.counters)),
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
