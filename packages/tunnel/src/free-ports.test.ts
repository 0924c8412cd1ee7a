import { createServer } from 'node:net';
import { until } from '@muster/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findFreePorts, portsOutside } from './free-ports.ts';
import { pauseMs } from './pauses.ts';

test('ports are outside of the range of outgoing connections, and there are always enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65_535 }), fc.nat(65_535), (low, size) => {
      const high = Math.min(65_535, low + size);
      const ports = portsOutside({ low, high });
      expect(ports.length).toBeGreaterThan(1000);
      expect(ports[0]).toBeGreaterThan(1023);
      expect(ports.at(-1)).toBeLessThan(65_536);
    }),
    { numRuns: 20 },
  );
  expect(portsOutside({ low: 32_768, high: 60_999 })).not.toContain(40_000);
});

test('neighbours look at different places, and what is taken is left out', async () => {
  const [first, second] = [await findFreePorts(8, 1000 * 8), await findFreePorts(8, 1001 * 8)];
  expect(new Set([...first, ...second]).size).toBe(16);
  const server = createServer().listen({ port: first[0], host: '127.0.0.1' });
  await until(() => server.listening, { what: 'a listener' });
  const again = await findFreePorts(8, 1000 * 8);
  expect(again).toHaveLength(8);
  expect(again).not.toContain(first[0]);
  server.close();
});

test('pauses grow to 15 s, and are spread', () => {
  expect([1, 2, 3, 6, 100].map((failures) => pauseMs(failures, 0.5))).toEqual([500, 1000, 2000, 15_000, 15_000]);
  expect([pauseMs(1, 0), pauseMs(1, 1)]).toEqual([375, 625]);
});
