import { until } from '@muster/testkit';
import { afterEach, expect, test } from 'vitest';
import { KubeError } from './errors.ts';
import type { Informer } from './informer.ts';
import { createInformer } from './informer.ts';
import { createKubeTwin } from './memory/kube-twin.ts';
import type { Secret } from './objects.ts';
import { secrets } from './objects.ts';
import { secretOf } from './secrets.ts';

const running: Informer<Secret>[] = [];
afterEach(async () => {
  for (const informer of running.splice(0)) await informer.stop();
});

function open() {
  const twin = createKubeTwin();
  const api = twin.api();
  const told: string[] = [];
  const troubles: unknown[] = [];
  const start = (): Informer<Secret> => {
    const informer = createInformer({
      ...{ api, resource: secrets, backOff: { firstMs: 5, mostMs: 20 } },
      onChange: ({ metadata }) => told.push(`+${metadata.name}`),
      onRemove: ({ metadata }) => told.push(`-${metadata.name}`),
      onTrouble: (error) => troubles.push(error),
    });
    running.push(informer);
    return informer;
  };
  const make = (name: string): Promise<Secret> => api.create(secrets, secretOf({ name }, {}));
  return { twin, api, told, troubles, start, make };
}

const outage = (): KubeError => new KubeError('unreachable', 'No route.');

test('after a break it goes on where it was, and tells nothing twice', async () => {
  const { twin, told, troubles, start, make } = open();
  await make('a');
  const informer = start();
  await make('b');
  await until(() => informer.objects.has('b'), { what: 'b is known' });
  twin.breakWatches();
  await make('c');
  await until(() => informer.objects.has('c'), { what: 'c is known' });
  expect(told).toEqual(['+a', '+b', '+c']);
  expect(troubles).toMatchObject([{ code: 'unreachable' }]);
});

test('what happened while the server forgot it is found by a new list', async () => {
  const { twin, api, told, start, make } = open();
  await make('a');
  await make('b');
  const informer = start();
  await informer.synced;
  twin.refuse(({ verb }) => (verb === 'watch' ? outage() : undefined));
  twin.breakWatches();
  await until(() => !informer.isFresh, { what: 'it knows that it knows nothing' });
  await api.remove(secrets, 'a');
  await api.patch(secrets, 'b', { metadata: { labels: { x: '1' } } });
  await make('c');
  twin.compact();
  twin.refuse(undefined);
  await until(() => informer.isFresh && informer.objects.has('c'), { what: 'c is known' });
  expect([...informer.objects.keys()].sort()).toEqual(['b', 'c']);
  expect(told).toEqual(['+a', '+b', '-a', '+b', '+c']);
});

test('a server that is away at the start is asked until it is there', async () => {
  const { twin, troubles, start, make } = open();
  await make('a');
  twin.refuse(outage);
  const informer = start();
  await until(() => troubles.length >= 3, { what: 'three attempts' });
  twin.refuse(undefined);
  await informer.synced;
  expect(informer.objects.has('a')).toBe(true);
});

test('an object that was removed and made anew meanwhile is another one', async () => {
  const { api, told, start, make } = open();
  await make('a');
  const informer = start();
  await informer.synced;
  const before = informer.objects.get('a')!.metadata.uid;
  await api.remove(secrets, 'a');
  await make('a');
  await until(() => informer.objects.get('a')?.metadata.uid !== before && informer.objects.has('a'), {
    what: 'the new one',
  });
  expect(told).toEqual(['+a', '-a', '+a']);
});

test('stopped at once, it tells nothing', async () => {
  const { told, start, make } = open();
  await make('a');
  await start().stop();
  expect(told).toEqual([]);
});
