// A fake controller and a client connected to it, both closed after the test.
import type { Transport } from '@muster/transport';
import { createMemoryTransport } from '@muster/transport';
import { onTestFinished } from 'vitest';
import type { Client } from '../client.ts';
import type { ConnectOptions } from '../connect.ts';
import { connect } from '../connect.ts';
import type { FakeController } from './fake-controller.ts';
import { startFakeController } from './fake-controller.ts';

export function createTestTransport(): Transport {
  const transport = createMemoryTransport();
  onTestFinished(() => transport.close());
  return transport;
}

export interface TestCluster {
  readonly controller: FakeController;
  readonly client: Client;
}

export async function startTestCluster(
  kernels: readonly string[] = ['node', 'node'],
  options: ConnectOptions = {},
): Promise<TestCluster> {
  const transport = createTestTransport();
  const controller = await startFakeController(transport);
  for (const kernel of kernels) controller.addEngine(kernel);
  const client = await connect({ connection: controller.connection, transport, timeoutMs: 5000, ...options });
  onTestFinished(() => client.close());
  // A PUB drops what it sends before a subscription is there, so one message must have come through on both.
  const seen = new Promise<void>((resolve) => client.on('engine.registered', () => resolve()));
  const stop = setInterval(() => controller.notify('registration_notification', { id: 999, uuid: 'probe' }), 5);
  await seen;
  clearInterval(stop);
  controller.notify('unregistration_notification', { id: 999, uuid: 'probe' });
  await until(() => client.ids.length === kernels.length);
  if (kernels.length > 0) await client.view(0).execute('warm up');
  controller.requests.length = 0;
  return { controller, client };
}

/** Polls until the condition holds; fails after five seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
