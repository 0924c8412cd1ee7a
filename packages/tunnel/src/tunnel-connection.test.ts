import { expect, test } from 'vitest';
import { byLocalPorts, hostOf, portsOf } from './tunnel-connection.ts';

const common = {
  interface: 'tcp://[::1]',
  registration: 1,
  control: 2,
  mux: 3,
  task: 4,
  iopub: 5,
  key: 'k',
  ssh: 'n1',
};

test('each port of a file goes through a tunnel, all leaves of the broadcast too', () => {
  const engine = { ...common, hb_ping: 6, hb_pong: 7, broadcast: [8, 9] } as never;
  expect(portsOf(engine)).toEqual([1, 2, 3, 4, 5, 8, 9, 6, 7]);
  expect(byLocalPorts(engine, (port) => port + 20_000)).toEqual({
    ...{
      interface: 'tcp://127.0.0.1',
      registration: 20_001,
      control: 20_002,
      mux: 20_003,
      task: 20_004,
      iopub: 20_005,
    },
    ...{ key: 'k', ssh: '', hb_ping: 20_006, hb_pong: 20_007, broadcast: [20_008, 20_009] },
  });
  const client = { ...common, notification: 6, broadcast: 7 } as never;
  expect(portsOf(client)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(hostOf('tcp://[::1]')).toBe('::1');
  expect(hostOf('tcp://node1')).toBe('node1');
});
