import { connect } from 'node:net';
import { renderMetrics } from '@muster/telemetry';
import { createTransport } from '@muster/transport';
import { expect, test, vi } from 'vitest';
import { transportMetrics } from './transport-metrics.ts';

test('who is refused is counted by reason, on zmtp', async () => {
  const told: string[] = [];
  const transport = createTransport({ name: 'zmtp', onError: (error) => told.push(error.message) });
  try {
    const endpoint = new URL(await transport.open({ kind: 'router' }).bind('tcp://127.0.0.1:0'));
    const stranger = connect(Number(endpoint.port), endpoint.hostname);
    stranger.on('error', () => {});
    stranger.end('GET / HTTP/1.1\r\n\r\n');
    const page = (): string => renderMetrics(transportMetrics(transport.counters!));
    await vi.waitFor(() => expect(page()).toContain('muster_connections_refused_total{reason="not_zmtp"} 1\n'));
    expect(page()).toContain('muster_connections 0\n');
    expect(told).toHaveLength(1);
    stranger.destroy();
  } finally {
    await transport.close();
  }
});

test('the native library counts nothing', () => {
  expect(createTransport({ name: 'zeromq', onError: () => {} }).counters).toBeUndefined();
});
