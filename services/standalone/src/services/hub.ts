import { buildFixedConnections, registrationInfo } from '@muster/config';
import type { HubService } from '@muster/hub';
import { createHubService, defaultConfig } from '@muster/hub';
import { byLabel, counter, gauge } from '@muster/telemetry';
import type { StartPart } from '../part.ts';
import type { HubValues } from '../settings.ts';

export const start: StartPart<HubValues> = async ({ values, store, end, ...shared }) => {
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
    onShutdownRequested: () => end('a client asked for it'),
  });
  return {
    // At its start the program says so itself.
    resync: (why) => {
      if (why !== 'started') hub.resync();
    },
    metrics: () => hubMetrics(hub.counts()),
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
