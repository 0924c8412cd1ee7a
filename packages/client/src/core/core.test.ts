import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isElsewhere, reachable, sshServerOf } from './address.ts';
import { createEngineList } from './engine-list.ts';
import { bounds, join, partition } from './partition.ts';
import { createWatch } from './watch.ts';

test('parts are contiguous, even, and join to the whole', () => {
  const sequence = fc.oneof(
    fc.array(fc.anything()),
    fc.uint8Array(),
    fc.float64Array(),
    fc.uint8Array().map(Buffer.from),
  );
  fc.assert(
    fc.property(sequence, fc.integer({ min: 1, max: 20 }), (whole, parts) => {
      const cut = partition(whole as unknown[], parts);
      const lengths = cut.map((part) => part.length);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
      expect(bounds(whole.length, parts).at(-1)).toBe(whole.length);
      expect(join(cut)).toEqual(whole);
    }),
  );
});

test('typed arrays are cut without a copy; kinds are not mixed', () => {
  const whole = Float64Array.from([1, 2, 3]);
  expect(partition(whole, 2).every((part) => part.buffer === whole.buffer)).toBe(true);
  expect(() => join([whole, [1]])).toThrow('not sequences of one kind');
  expect(() => join([1, 2])).toThrow('not sequences of one kind');
});

test('the list of engines: notifications newer than a comparison win', () => {
  const list = createEngineList();
  expect(list.arrived({ id: 0, uuid: 'a', kernel: 'node' })).toEqual({ id: 0, uuid: 'a', kernel: 'node' });
  expect(list.arrived({ id: 0, uuid: 'a', kernel: 'node' })).toBeUndefined();
  list.arrived({ id: 1, uuid: 'b' });
  list.asked();
  list.arrived({ id: 2, uuid: 'c' });
  list.left({ id: 1, uuid: 'b' });
  // Made before c came and b left; a is gone, d came unseen.
  const { arrived, left } = list.compared({ engines: { 1: 'b', 3: 'd' }, kernels: { 3: 'python' } });
  expect(arrived).toEqual([{ id: 3, uuid: 'd', kernel: 'python' }]);
  expect(left).toEqual([{ id: 0, uuid: 'a', kernel: 'node' }]);
  expect(list.engines.map(({ id }) => id)).toEqual([2, 3]);
  expect(list.byId(2)).toEqual({ id: 2, uuid: 'c', kernel: 'unknown' });
  expect(list.left({ id: 2, uuid: 'other' })).toBeUndefined();
});

test('the watch probes now and then while somebody waits, and says when the controller is gone', () => {
  const watch = createWatch({ probeMs: 10, goneMs: 30 });
  const says = (nowMs: number, waiting = true) => watch.tick(nowMs, waiting);
  expect([0, 9, 10, 11, 20, 29, 30].map((at) => says(at))).toEqual([
    'calm',
    'calm',
    'probe',
    'calm',
    'probe',
    'calm',
    'gone',
  ]);
  expect([says(31, false), says(1000), says(1009), says(1010)]).toEqual(['calm', 'calm', 'calm', 'probe']);
  watch.heard(1015);
  expect([says(1020), says(1044), says(1045)]).toEqual(['probe', 'probe', 'gone']);
});

test('the address of a controller, from here', () => {
  const here = { hostname: 'lab', addresses: ['10.0.0.5', '127.0.0.1'] };
  const at = (address: string, location: string) => ({ interface: `tcp://${address}`, location }) as never;
  expect(reachable(at('0.0.0.0', 'lab'), here).interface).toBe('tcp://127.0.0.1');
  expect(reachable(at('*', '10.0.0.5'), here).interface).toBe('tcp://127.0.0.1');
  expect(reachable(at('0.0.0.0', 'other'), here).interface).toBe('tcp://other');
  expect(reachable(at('10.1.1.1', 'other'), here).interface).toBe('tcp://10.1.1.1');
  expect(isElsewhere(at('127.0.0.1', 'other'), here)).toBe(true);
  expect(isElsewhere(at('127.0.0.1', 'lab'), here)).toBe(false);
});

test.each([
  ['nothing is said', '127.0.0.1', 'other', '', '', ''],
  ['on loopback elsewhere', '127.0.0.1', 'other', 'gate', '', 'gate'],
  ['on loopback here: none is needed', '127.0.0.1', 'lab', 'gate', '', ''],
  ['on loopback of one of our addresses', '127.0.0.1', '10.0.0.5', 'gate', '', ''],
  ['on an address', '10.1.1.1', 'lab', 'gate', '', 'gate'],
  ['a key alone, on an address', '10.1.1.1', 'other', '', '/k', '10.1.1.1'],
  ['a key alone, on loopback elsewhere', '127.0.0.1', 'other', '', '/k', 'other'],
  ['a key alone, IPv6', '[fe80::1]', 'other', '', '/k', 'fe80::1'],
])('ssh server of the file, controller %s', (_what, address, location, ssh, keyFile, server) => {
  const here = { hostname: 'lab', addresses: ['10.0.0.5', '127.0.0.1'] };
  expect(sshServerOf({ interface: `tcp://${address}`, location, ssh } as never, keyFile, here)).toBe(server);
});
