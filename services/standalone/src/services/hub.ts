import { buildFixedConnections, registrationInfo } from '@muster/config';
import { createHubService, defaultConfig } from '@muster/hub';
import { gauge } from '@muster/telemetry';
import type { StartPart } from '../part.ts';
import type { HubValues } from '../settings.ts';

export const start: StartPart<HubValues> = async ({ values, store, end, ...shared }) => {
  // Engines have the whole file; this part of it they do not read (§4.2).
  const { ip: address, basePort } = values;
  const connections = buildFixedConnections({ basePort, address, key: '', curveServerKey: null });
  const hub = await createHubService({
    ...shared,
    store: store!,
    config: { ...defaultConfig, registrationTimeoutMs: values.registrationTimeoutS * 1000 },
    restore: true,
    heartbeatPeriodMs: values.pingMs,
    connectionInfo: () => registrationInfo(connections),
    onShutdownRequested: () => end('a client asked for it'),
  });
  return {
    // At its start the program says so itself.
    resync: (why) => {
      if (why !== 'started') hub.resync();
    },
    metrics: () => [gauge('muster_engines', 'Engines that are registered.', hub.engines().length)],
    stop: () => hub.stop(),
  };
};
