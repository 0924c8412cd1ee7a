import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { addressForOthers, covers, isLoopback, resolveAddress } from './addresses.ts';

test.each([
  ['', '127.0.0.1'],
  ['*', '0.0.0.0'],
  ['192.0.2.7', '192.0.2.7'],
  ['::1', '[::1]'],
  ['[::1]', '[::1]'],
  ['lo', '127.0.0.1'],
  ['localhost', '127.0.0.1'],
])('%j is %s', async (text, address) => {
  expect(await resolveAddress(text)).toBe(address);
});

test('a name that cannot be found is refused with what could be given', async () => {
  await expect(resolveAddress('no such host')).rejects.toMatchObject({
    code: 'bad_option',
    remedy: expect.stringContaining('* for all'),
  });
});

test('which addresses are safe, and which cover others', () => {
  expect(['127.0.0.1', '127.1.2.3', '[::1]', '0.0.0.0', '192.0.2.7'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(covers('0.0.0.0', '192.0.2.7')).toBe(true);
  expect(covers('192.0.2.7', '0.0.0.0')).toBe(false);
  expect(covers('192.0.2.7', '192.0.2.7')).toBe(true);
});

test('who listens everywhere is reached at an address of this machine, and not by loopback where there is another', () => {
  expect(addressForOthers('192.0.2.7')).toBe('192.0.2.7');
  expect(addressForOthers('127.0.0.1')).toBe('127.0.0.1');
  const own = Object.values(networkInterfaces()).flatMap(
    (list) => list?.filter(({ family }) => family === 'IPv4') ?? [],
  );
  const chosen = addressForOthers('0.0.0.0');
  expect(own.map(({ address }) => address)).toContain(chosen);
  if (own.some(({ internal }) => !internal)) expect(isLoopback(chosen)).toBe(false);
});
