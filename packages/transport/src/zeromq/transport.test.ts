import { describe, expect, test } from 'vitest';
import { transportContract } from '../contract.ts';
import { generateCurvePair } from '../curve-keys.ts';
import { createZeromqTransport } from './transport.ts';

transportContract('zeromq', (onError) => createZeromqTransport({ onError }), { describe, test, expect });

test.runIf(process.platform === 'linux')(
  'of peers that are kept out, the address is told, and the key never',
  async () => {
    const errors: Error[] = [];
    const transport = createZeromqTransport({ onError: (error) => errors.push(error) });
    const pair = generateCurvePair();
    const router = transport.open({ kind: 'router', curve: { role: 'server', ...pair } });
    const endpoint = await router.bind('tcp://127.0.0.1:0');
    const { publicKey: serverKey } = generateCurvePair();
    transport.open({ kind: 'dealer', curve: { role: 'client', serverKey }, lingerMs: 0 }).connect(endpoint);
    await expect.poll(() => errors.length, { timeout: 10_000 }).toBe(1);
    expect(errors[0]!.message).toBe(
      `Peers were kept out at port ${endpoint.split(':').at(-1)} (1 times, from 127.0.0.1): they have a wrong CURVE server key`,
    );
    await transport.close();
    expect(errors).toHaveLength(1);
  },
);
