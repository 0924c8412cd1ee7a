import { packValue } from '@muster/serialize';
import { expect, test } from 'vitest';
import { startTestCluster, until } from './testing/cluster.ts';
import type { FakeRequest } from './testing/fake-controller.ts';

/** Gathers the answers of a coalesced broadcast in the order of its targets, as a controller does. */
function gather(requests: readonly FakeRequest[], values: readonly unknown[]) {
  const last = requests.at(-1)!;
  const { targets, original_msg_id } = last.message.metadata;
  return {
    metadata: { original_msg_id: original_msg_id!, broadcast_targets: (targets as never[]).toReversed() },
    buffers: values.toReversed().flatMap((value) => packValue(value)),
  };
}

test('one message for all, one answer of all', async () => {
  const { client, controller } = await startTestCluster();
  const values = [new Float64Array(500).fill(1), 'small'];
  controller.script = (request) => {
    if (request.channel !== 'broadcast') return 'default';
    if (controller.requests.length < 2) return undefined;
    return gather(controller.requests, values);
  };
  const result = client.broadcastView().apply((x: number) => x, 1);
  expect(await result).toEqual(values);
  expect(result.tasks.map((task) => task.engineId)).toEqual([0, 1]);
  const [id] = controller.requests.map((request) => request.message.metadata.original_msg_id);
  expect(result.msgIds).toEqual(client.engines.map((engine) => `${id}_${engine.uuid}`));
});

test('an error in the gathered answer is told once', async () => {
  const { client, controller } = await startTestCluster();
  const content = {
    status: 'error',
    ename: 'TypeError',
    evalue: 'x',
    traceback: [],
    engine_info: { engine_id: 1, engine_uuid: 'u' },
  };
  controller.script = (request) => {
    if (request.channel !== 'broadcast') return 'default';
    return controller.requests.length < 2 ? undefined : { ...gather(controller.requests, []), content };
  };
  const result = client.broadcastView().apply(() => 1);
  await expect(result).rejects.toMatchObject({ name: 'CompositeError', errors: [{ ename: 'TypeError', engineId: 1 }] });
});

test('code is answered by each engine, with its own output', async () => {
  const { client, controller } = await startTestCluster();
  const result = client.broadcastView({ targets: [1, 0] }).execute('code');
  expect((await result).map(({ stdout }) => stdout)).toEqual(['ran code\n', 'ran code\n']);
  expect(controller.requests[0]!.message.metadata).toMatchObject({ is_coalescing: false, is_broadcast: true });
});

test('not gathered: each engine fails or answers for itself', async () => {
  const { client, controller } = await startTestCluster();
  controller.script = ({ channel, engine }) => (channel === 'broadcast' && engine!.id === 1 ? undefined : 'default');
  const result = client.broadcastView({ coalescing: false }).apply(() => 5);
  await until(() => result.progress.done === 1);
  controller.removeEngine(1);
  expect(await result.outcomes()).toMatchObject([{ value: 5 }, { reason: { ename: 'EngineError' } }]);
});

test('an engine that is lost fails the whole of a gathered broadcast', async () => {
  const { client, controller } = await startTestCluster();
  controller.script = ({ channel }) => (channel === 'broadcast' ? undefined : 'default');
  const result = client.broadcastView().push({ a: 1 });
  await until(() => controller.requests.length === 2);
  controller.removeEngine(0);
  expect(await result.outcomes()).toMatchObject([
    { reason: { ename: 'EngineError' } },
    { reason: { ename: 'EngineError' } },
  ]);
  expect(client.load.tasks).toBe(0);
});
