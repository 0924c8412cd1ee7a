import { formatConnection, MusterError, parseClientConnection, parseEngineConnection } from '@muster/protocol';
import { expect, test } from 'vitest';
import { buildFixedConnections } from './build-connections.ts';
import { channelPorts, planFixedPorts } from './channel-ports.ts';

test('each channel has its port, one behind the other', () => {
  const plan = planFixedPorts(30_201);
  expect(Object.values(plan).sort()).toEqual(Array.from({ length: 15 }, (_, i) => 30_201 + i));
  expect(plan).toMatchObject({
    'engine:registration': 30_201,
    'engine:task': 30_209,
    'client:broadcast': 30_214,
    'client:registration': 30_215,
  });
});

test('names can be names of ports in Kubernetes', () => {
  const names = channelPorts.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^(?=.{1,15}$)[a-z]+(-[a-z]+)*$/);
});

test.each([0, -1, 65_522, 1.5, Number.NaN])('%d cannot be the base port', (basePort) => {
  expect(() => planFixedPorts(basePort)).toThrow(MusterError);
});

test('the last base port that can be', () => {
  expect(planFixedPorts(65_521)['client:registration']).toBe(65_535);
});

test.each([
  ['192.0.2.7', 'tcp://192.0.2.7'],
  ['muster.example.org', 'tcp://muster.example.org'],
  ['2001:db8::1', 'tcp://[2001:db8::1]'],
  ['[2001:db8::1]', 'tcp://[2001:db8::1]'],
])('connection files for %s can be read', (address, url) => {
  const { client, engine } = buildFixedConnections({ basePort: 30_201, address, key: 'k', curveServerKeys: null });
  expect(parseClientConnection(formatConnection(client), 'client')).toEqual(client);
  expect(parseEngineConnection(formatConnection(engine), 'engine')).toEqual(engine);
  expect(client).toMatchObject({ interface: url, location: address, key: 'k', registration: 30_201, task: 30_210 });
  expect(engine).toMatchObject({ interface: url, task: 30_209, hb_ping: 30_203, broadcast: [30_213] });
});
