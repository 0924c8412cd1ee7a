import { expect, test } from 'vitest';
import { type PortPools, planPorts, portsMissing } from './port-plan.ts';

const none = { ports: [], enginePorts: [], clientPorts: [], registrationPort: null };

test('without pools every channel takes a free port', () => {
  expect(planPorts(none, false)).toEqual({ 'engine:broadcast': [0, 0] });
});

test('a common pool is used up in the order of the wire description', () => {
  const ports = Array.from({ length: 16 }, (_, i) => 21_000 + i);
  expect(planPorts({ ...none, ports }, false)).toEqual({
    'engine:registration': 21_000,
    'engine:control': 21_001,
    'engine:mux': 21_002,
    'engine:task': 21_003,
    'engine:iopub': 21_004,
    'engine:hb_ping': 21_005,
    'engine:hb_pong': 21_006,
    'engine:broadcast': [21_007, 21_008],
    'client:control': 21_009,
    'client:mux': 21_010,
    'client:task': 21_011,
    'client:iopub': 21_012,
    'client:notification': 21_013,
    'client:broadcast': 21_014,
  });
});

test("in strict mode the clients' registration comes last, and no other port moves", () => {
  const ports = Array.from({ length: 16 }, (_, i) => 21_000 + i);
  const strict = planPorts({ ...none, ports }, true);
  expect(strict).toEqual({ ...planPorts({ ...none, ports }, false), 'client:registration': 21_015 });
});

test("a side's own pool goes first, then the common one, then free ports", () => {
  const plan = planPorts({ ports: [3], enginePorts: [1, 2], clientPorts: [4], registrationPort: 9 }, false);
  expect(plan).toEqual({
    'engine:registration': 9,
    'engine:control': 1,
    'engine:mux': 2,
    'engine:task': 3,
    'engine:broadcast': [0, 0],
    'client:control': 4,
  });
});

test('channels for which the pools of their side are too small', () => {
  const missing = (given: Partial<PortPools>, isStrict = false) => {
    const pools = { ...none, ...given };
    return portsMissing(pools, planPorts(pools, isStrict), isStrict);
  };
  const some = (count: number): number[] => Array.from({ length: count }, (_, n) => 5000 + n);
  expect(missing({})).toEqual([]);
  expect(missing({ registrationPort: 5000 })).toEqual([]);
  expect(missing({ ports: some(15) })).toEqual([]);
  expect(missing({ ports: some(15) }, true)).toEqual(['client:registration']);
  expect(missing({ enginePorts: some(8) })).toEqual(['engine:broadcast']);
  expect(missing({ clientPorts: some(5), enginePorts: some(9) })).toEqual(['client:broadcast']);
});
