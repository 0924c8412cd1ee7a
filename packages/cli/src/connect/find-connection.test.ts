import type { KubeApi } from '@muster/kube';
import { KubeError, secretOf, secrets } from '@muster/kube';
import { createKubeTwin } from '@muster/kube/memory';
import { formatConnection, MusterError } from '@muster/protocol';
import { expect, test } from 'vitest';
import { findConnection } from './find-connection.ts';
import { someConnection } from './testing/some-connection.ts';

/** The Secret as the chart makes it, filled or empty. */
async function install(api: KubeApi, release: string, name = release, text?: string): Promise<void> {
  const labels = {
    'app.kubernetes.io/name': 'muster',
    'app.kubernetes.io/instance': release,
    'app.kubernetes.io/component': 'connection',
  };
  const texts: Record<string, string> = text === undefined ? {} : { 'ipcontroller-client.json': text };
  await api.create(secrets, secretOf({ name: `${name}-connection`, labels }, texts));
}

const file = formatConnection(someConnection);
const refusal = async (work: Promise<unknown>): Promise<MusterError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof MusterError)) throw new Error(`was not refused: ${error}`);
  return error;
};

test('the release is found by its name, by the name of the chart behind it, and alone', async () => {
  const api = createKubeTwin().api('lab');
  await install(api, 'blue', 'blue-muster', file);
  expect(await findConnection(api, 'blue')).toMatchObject({ name: 'blue-muster', release: 'blue' });
  expect(await findConnection(api, '')).toMatchObject({ name: 'blue-muster', connection: someConnection });
  await install(api, 'muster', 'muster', file);
  expect(await findConnection(api, '')).toMatchObject({ name: 'muster' });
  await install(api, 'red', 'another-name', file);
  expect(await findConnection(api, 'red')).toMatchObject({ name: 'another-name', release: 'red' });
});

test('where there is none, those that are there are named', async () => {
  const api = createKubeTwin().api('lab');
  expect(await refusal(findConnection(api, ''))).toMatchObject({
    code: 'no_cluster',
    remedy: expect.stringContaining('helm install'),
  });
  await install(api, 'blue', 'blue-muster', file);
  await install(api, 'red', 'red-muster', file);
  expect(await refusal(findConnection(api, 'green'))).toMatchObject({
    message: 'There is no release green of Muster in namespace lab.',
    remedy: 'There are: blue, red. Name one with --release.',
  });
  expect(await refusal(findConnection(api, ''))).toMatchObject({
    message: 'There are several releases of Muster in namespace lab.',
    remedy: 'Name one with --release: blue, red.',
  });
});

test('a file that is not there yet, or is none', async () => {
  const api = createKubeTwin().api('lab');
  await install(api, 'muster');
  expect(await refusal(findConnection(api, ''))).toMatchObject({
    code: 'connection_file_missing',
    remedy: expect.stringContaining('logs deployment/muster-launcher-operator'),
  });
  await install(api, 'broken-muster', 'broken-muster', '{');
  expect(await refusal(findConnection(api, 'broken-muster'))).toMatchObject({
    code: 'connection_file_invalid',
    message: expect.stringContaining('of the Secret broken-muster-connection'),
  });
});

test('the right to read that one Secret is enough', async () => {
  const twin = createKubeTwin();
  await install(twin.api('lab'), 'muster', 'muster', file);
  twin.refuse(({ verb }) => (verb === 'list' ? new KubeError('access_denied', 'forbidden') : undefined));
  expect(await findConnection(twin.api('lab'), '')).toMatchObject({ name: 'muster' });
  expect(await refusal(findConnection(twin.api('lab'), 'other'))).toMatchObject({ code: 'access_denied' });
});
