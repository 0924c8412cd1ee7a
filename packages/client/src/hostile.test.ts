import { buildMessage, createHeaderSource, delimiter } from '@muster/protocol';
import { createHmacSigner } from '@muster/transport';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startTestCluster, until } from './testing/cluster.ts';

test('garbage, wrong keys and replays are dropped and counted; the client goes on', async () => {
  const { client, controller } = await startTestCluster(['node']);
  const session = Buffer.from(client.session);
  const parent = Buffer.from(`{"session":"${client.session}"}`);
  const json = Buffer.from('{}');
  const forged = buildMessage(createHmacSigner('other'), {
    header: createHeaderSource('thief').next('status', 1),
    parentHeader: { session: client.session },
    content: {},
  });
  controller.publishFrames([session]);
  controller.publishFrames([Buffer.from('topic'), ...forged.toWire()]);
  controller.publishFrames([delimiter, Buffer.alloc(64), json, parent, json, json]);
  await until(() => client.counters.dropped.bad_signature === 2 && client.counters.dropped.not_a_message === 1);
  const good = buildMessage(createHmacSigner('secret'), {
    header: createHeaderSource('engine').next('status', 1),
    parentHeader: { session: client.session },
    content: {},
  }).toWire();
  controller.publishFrames(good);
  controller.publishFrames(good);
  await until(() => client.counters.dropped.replayed === 1);
  expect(await client.view(0).apply(() => 1)).toBe(1);
});

test('replies of any content end the task with a value or an error', async () => {
  const { client, controller } = await startTestCluster(['node']);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.record({ status: fc.constantFrom('ok', 'error', 'aborted') }),
      ),
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }),
      async (content, metadata, buffers) => {
        controller.script = ({ channel }) =>
          channel === 'mux' ? { content, metadata: metadata as never, buffers } : 'default';
        const result = client.view(0).apply(() => 1);
        const [outcome] = await result.outcomes();
        expect(outcome!.status).toBe('rejected');
      },
    ),
    { numRuns: 100 },
  );
  controller.script = () => 'default';
  expect(await client.view(0).apply(() => 1)).toBe(1);
});

test('notifications and output of any content change nothing', async () => {
  const { client, controller } = await startTestCluster(['node']);
  let text = '';
  controller.script = async ({ message, channel }) => {
    if (channel !== 'mux') return 'default' as const;
    for (const content of fc.sample(fc.dictionary(fc.string(), fc.jsonValue()), 50))
      for (const type of ['stream', 'display_data', 'execute_result', 'status', 'error', 'comm_msg'])
        controller.publish(message, type, content);
    controller.publish(message, 'stream', { name: 'stdout', text: 'real' });
    return 'default' as const;
  };
  for (const content of fc.sample(fc.dictionary(fc.string(), fc.jsonValue()), 50))
    for (const type of ['registration_notification', 'unregistration_notification', 'other'])
      controller.notify(type, content);
  const result = client.view(0).apply(() => 1);
  for await (const { output } of result.output()) if ('text' in output) text += output.text;
  expect(text).toBe('real');
  expect(client.ids).toEqual([0]);
});

test('a second reply is counted as stale', async () => {
  const { client, controller } = await startTestCluster(['node']);
  controller.script = (request) => {
    if (request.channel !== 'mux') return 'default';
    controller.reply(request, { content: { status: 'aborted' } });
    return 'default';
  };
  await expect(client.view(0).apply(() => 1)).rejects.toMatchObject({ ename: 'TaskAborted' });
  await until(() => client.counters.stale === 1);
});
