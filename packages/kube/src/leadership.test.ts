import { until } from '@muster/testkit';
import { expect, test } from 'vitest';
import { KubeError } from './errors.ts';
import { createLeadership } from './leadership.ts';
import { createKubeTwin } from './memory/kube-twin.ts';
import { leases } from './objects.ts';

function open() {
  const twin = createKubeTwin();
  const told: string[] = [];
  const troubles: unknown[] = [];
  const leadership = createLeadership({
    ...{ api: twin.api(), name: 'operator', identity: 'me', leaseMs: 300, renewMs: 30 },
    onGained: () => told.push('+'),
    onLost: () => told.push('-'),
    onTrouble: (error) => troubles.push(error),
  });
  return { twin, told, troubles, leadership, api: twin.api() };
}

test('who cannot renew gives up before others may begin', async () => {
  const { twin, told, troubles, leadership } = open();
  await until(() => leadership.isLeader, { what: 'it leads' });
  const beforeMs = performance.now();
  twin.refuse(() => new KubeError('unreachable', 'No route.'));
  await until(() => !leadership.isLeader, { what: 'it gave up', everyMs: 5 });
  expect(performance.now() - beforeMs).toBeLessThan(300);
  expect(troubles.length).toBeGreaterThan(0);
  twin.refuse(undefined);
  await until(() => leadership.isLeader, { what: 'it leads again' });
  await leadership.stop();
  expect(told).toEqual(['+', '-', '+', '-']);
});

test('who finds another one in the lease stops at once', async () => {
  const { told, leadership, api } = open();
  await until(() => leadership.isLeader, { what: 'it leads' });
  await api.patch(leases, 'operator', { spec: { holderIdentity: 'other', leaseDurationSeconds: 60 } });
  await until(() => !leadership.isLeader, { what: 'it stopped' });
  await leadership.stop();
  expect(told).toEqual(['+', '-']);
  expect((await api.get(leases, 'operator'))?.spec?.holderIdentity).toBe('other');
});

test('an empty lease, as a chart makes it, is free', async () => {
  const twin = createKubeTwin();
  const api = twin.api();
  await api.create(leases, { metadata: { name: 'operator' } });
  const leadership = createLeadership({
    api,
    name: 'operator',
    identity: 'me',
    leaseMs: 300,
    onGained() {},
    onLost() {},
  });
  await until(() => leadership.isLeader, { what: 'it leads' });
  await leadership.stop();
  expect((await api.get(leases, 'operator'))?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
});

test('stopped while the server is away, it ends all the same', async () => {
  const { twin, leadership, troubles } = open();
  await until(() => leadership.isLeader, { what: 'it leads' });
  twin.refuse(() => new KubeError('unreachable', 'No route.'));
  await leadership.stop();
  expect(leadership.isLeader).toBe(false);
  expect(troubles.at(-1)).toMatchObject({ code: 'unreachable' });
});
