import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseLocation, type Machine, type OwnAddress, outerIpv6 } from './choose-location.ts';
import { parseDefaultRoutes } from './default-routes.ts';

const v4 = (name: string, address: string): OwnAddress => ({ name, address, family: 'IPv4', internal: name === 'lo' });
const machine = (addresses: readonly OwnAddress[], ...defaultRoutes: string[]): Machine => ({
  hostName: 'node1',
  addresses: [v4('lo', '127.0.0.1'), ...addresses],
  defaultRoutes,
});
const many = [
  v4('docker0', '172.17.0.1'),
  v4('br-0123456789ab', '172.18.0.1'),
  v4('tun0', '10.8.0.2'),
  v4('ib0', '10.1.0.2'),
  v4('eth0', '192.0.2.7'),
  v4('eth1', '169.254.3.4'),
];

test('of many interfaces, that of the default route; bridges of containers last', () => {
  expect(chooseLocation('', ['0.0.0.0', '0.0.0.0'], machine(many, 'eth0'))).toEqual({
    location: '192.0.2.7',
    from: 'guessed',
    name: 'eth0',
    others: ['ib0 10.1.0.2', 'tun0 10.8.0.2', 'docker0 172.17.0.1', 'br-0123456789ab 172.18.0.1', 'eth1 169.254.3.4'],
  });
});

test('of several default routes, the preferred one', () => {
  expect(chooseLocation('', ['0.0.0.0'], machine(many, 'ib0', 'eth0')).location).toBe('10.1.0.2');
});

test('without default route, a network; with nothing but bridges, one of these; with loopback only, the host name', () => {
  expect(chooseLocation('', ['0.0.0.0'], machine(many)).location).toBe('10.1.0.2');
  expect(chooseLocation('', ['0.0.0.0'], machine(many.slice(0, 2))).location).toBe('172.17.0.1');
  expect(chooseLocation('', ['0.0.0.0'], machine([]))).toMatchObject({ location: 'node1', from: 'none' });
});

test('a bridge that has the default route is a network like others', () => {
  expect(chooseLocation('', ['[::]'], machine(many, 'docker0')).location).toBe('172.17.0.1');
});

test('where it listens at one address, that; on loopback the host name, which peers compare with theirs', () => {
  expect(chooseLocation('', ['192.0.2.7', '127.0.0.1'], machine(many))).toMatchObject({
    location: '192.0.2.7',
    from: 'listening',
  });
  expect(chooseLocation('', ['[fd00::2]'], machine(many)).location).toBe('fd00::2');
  expect(chooseLocation('', ['127.0.0.1', '127.0.0.1'], machine(many, 'eth0')).location).toBe('node1');
});

test('what a person says wins', () => {
  expect(chooseLocation('gate.example', ['0.0.0.0'], machine(many, 'eth0'))).toEqual({
    location: 'gate.example',
    from: 'given',
    others: [],
  });
});

test('IPv6 addresses that others could use', () => {
  const v6 = (address: string, internal = false): OwnAddress => ({ name: 'eth0', address, family: 'IPv6', internal });
  expect(outerIpv6(machine([v6('fd00::2'), v6('fe80::1'), v6('::1', true)]))).toEqual(['fd00::2']);
});

const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
const route = (name: string, destination: string, flags: string, metric: number, mask = destination): string =>
  `${name}\t${destination}\t010200C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0   \n`;

test('default routes by their metric; others, and those that are down or refuse, do not count', () => {
  const text = [
    header,
    route('wlan0', '00000000', '0003', 600),
    route('eth0', '000200C0', '0001', 0, '00FFFFFF'),
    route('eth0', '00000000', '0003', 100),
    route('ib0', '00000000', '0002', 1),
    route('eth9', '00000000', '0201', 0),
    route('half', '00000000', '0001', 0, '00000080'),
  ].join('');
  expect(parseDefaultRoutes(text)).toEqual(['eth0', 'wlan0']);
});

test('whatever the text holds, there is an answer, and the location is an address of the machine', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(Array.isArray(parseDefaultRoutes(header + text))).toBe(true);
    }),
  );
  const name = fc.constantFrom('eth0', 'docker0', 'tun1', 'lo', 'br-aaaaaaaa', 'wlp3s0');
  const own = fc.record({ name, address: fc.ipV4(), family: fc.constant('IPv4' as const), internal: fc.boolean() });
  fc.assert(
    fc.property(fc.array(own, { maxLength: 8 }), fc.array(name, { maxLength: 3 }), (addresses, defaultRoutes) => {
      const found = chooseLocation('', ['0.0.0.0'], { hostName: 'node1', addresses, defaultRoutes });
      const outer = addresses.filter(({ internal }) => !internal).map(({ address }) => address);
      expect(outer.length === 0 ? ['node1'] : outer).toContain(found.location);
      expect(found.others).toHaveLength(Math.max(0, outer.length - 1));
    }),
  );
});
