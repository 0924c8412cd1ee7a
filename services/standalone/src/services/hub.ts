import { buildFixedConnections, registrationInfo } from '@muster/config';
import type { HubService } from '@muster/hub';
import { createHubService, defaultConfig } from '@muster/hub';
import { createDaskStarter } from '@muster/launchers/dask';
import { byLabel, counter, gauge } from '@muster/telemetry';
import { addressForOthers, resolveAddress } from '@muster/transport';
import type { StartPart } from '../part.ts';
import type { HubValues } from '../settings.ts';
import { pause } from '../stopping.ts';

/** How long the others have, after they were told to end, to tell what is to be stored. */
const lastFactsMs = 1000;

export const start: StartPart<HubValues> = async ({ values, store, ...shared }) => {
  // Engines have the whole file; this part of it they do not read (§4.2).
  const { ip: address, basePort } = values;
  const connections = buildFixedConnections({ basePort, address, key: '', curveServerKeys: null });
  const hub = await createHubService({
    ...shared,
    store: store!,
    config: {
      ...defaultConfig,
      registrationTimeoutMs: values.registrationTimeoutS * 1000,
      resultMaxAgeMs: values.mongodbMaxAgeS * 1000,
    },
    restore: true,
    separateDoors: values.curveStrict,
    heartbeatPeriodMs: values.pingMs,
    connectionInfo: () => registrationInfo(connections),
    acceptsShutdown: values.clientShutdown === 'end',
    onShutdownRequested: () => shared.bus.publish({ type: 'cluster.shutdown' }),
    startDask: createDaskStarter({
      python: values.python,
      env: process.env,
      host: addressForOthers(await resolveAddress(values.ip)),
    }),
  });
  return {
    // At its start the program says so itself.
    resync: (why) => {
      if (why !== 'started') hub.resync();
    },
    metrics: () => hubMetrics(hub.counts()),
    shutDown: (signal) => pause(lastFactsMs, signal),
    stop: () => hub.stop(),
  };
};

function hubMetrics(counts: ReturnType<HubService['counts']>) {
  const {
    engines: registered,
    registering,
    lost,
    direct,
    assigned,
    unassigned,
    questions,
    storeBacklog,
    dropped,
  } = counts;
  return [
    gauge(
      'muster_engines',
      'Engines by what the hub knows of them.',
      byLabel('state', { registered, registering, lost }),
    ),
    gauge('muster_requests', 'Requests without a result.', byLabel('state', { direct, assigned, unassigned })),
    gauge('muster_questions', 'Requests of clients that wait for the records.', questions),
    gauge('muster_store_backlog', 'Writes and questions that wait for the records.', storeBacklog),
    counter('muster_messages_dropped_total', 'Messages that could not be read or are not signed.', dropped),
  ];
}
