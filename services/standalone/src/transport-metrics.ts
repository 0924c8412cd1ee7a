import type { Metric } from '@muster/telemetry';
import { byLabel, counter, gauge } from '@muster/telemetry';
import type { CountingTransport } from '@muster/transport';

/** What the transport counts, as metrics. */
export const transportMetrics = (counts: NonNullable<CountingTransport['counters']>): Metric[] => [
  gauge('muster_connections', 'Connections of peers that have said who they are.', counts.connectionsOpen),
  counter('muster_connections_total', 'Connections made.', counts.connectionsMade),
  counter(
    'muster_connections_refused_total',
    'Connections ended, not let in, or not heard, by reason.',
    byLabel('reason', counts.refused),
  ),
  counter(
    'muster_wire_messages_total',
    'Messages.',
    byLabel('direction', { in: counts.messagesIn, out: counts.messagesOut }),
  ),
  counter('muster_wire_bytes_total', 'Bytes.', byLabel('direction', { in: counts.bytesIn, out: counts.bytesOut })),
  gauge(
    'muster_wire_queued_bytes',
    'What waits for peers that do not read as fast as they are sent to.',
    counts.queuedBytes,
  ),
  counter(
    'muster_wire_reading_pauses_total',
    'How often nothing was read for a time, as too much waited.',
    counts.readingPauses,
  ),
];
