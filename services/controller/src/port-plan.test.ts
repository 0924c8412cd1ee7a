import { expect, test } from 'vitest';
import { planPorts } from './port-plan.ts';

const none = { ports: [], enginePorts: [], clientPorts: [], registrationPort: null };

test('without pools every channel takes a free port', () => {
  expect(planPorts(none, false)).toEqual({});
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
    'engine:broadcast': 21_007,
    'client:control': 21_008,
    'client:mux': 21_009,
    'client:task': 21_010,
    'client:iopub': 21_011,
    'client:notification': 21_012,
    'client:broadcast': 21_013,
  });
});

test("in strict mode the clients' registration comes last, and no other port moves", () => {
  const ports = Array.from({ length: 16 }, (_, i) => 21_000 + i);
  const strict = planPorts({ ...none, ports }, true);
  expect(strict).toEqual({ ...planPorts({ ...none, ports }, false), 'client:registration': 21_014 });
});

test("a side's own pool goes first, then the common one, then free ports", () => {
  const plan = planPorts({ ports: [3], enginePorts: [1, 2], clientPorts: [4], registrationPort: 9 }, false);
  expect(plan).toEqual({
    'engine:registration': 9,
    'engine:control': 1,
    'engine:mux': 2,
    'engine:task': 3,
    'client:control': 4,
  });
});
