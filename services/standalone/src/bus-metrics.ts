import type { NatsBus } from '@muster/bus/nats';
import type { Metric } from '@muster/telemetry';
import { byLabel, counter, gauge } from '@muster/telemetry';

/** What the bus counts, as metrics. */
export function busMetrics(bus: NatsBus): Metric[] {
  const { waiting, ...counts } = bus.counts();
  return [
    gauge('muster_bus_connected', 'Whether NATS is there.', Number(bus.isConnected)),
    gauge('muster_bus_waiting_facts', 'Facts that wait for NATS.', waiting),
    counter('muster_bus_facts_total', 'Facts by what became of them.', byLabel('what', counts)),
  ];
}
