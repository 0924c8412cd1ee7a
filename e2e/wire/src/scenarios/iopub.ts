// What engines publish goes to all clients unchanged, and into records (§2.5, §5.3).
import type { Json, JsonObject } from '@muster/protocol';
import { delimiter } from '@muster/protocol';
import type { Group, Scenario, Tale } from '../tale.ts';
import { bytes, code, frame, quick, scenario } from './words.ts';

const published: [string, Json][] = [
  ['status', { execution_state: 'busy' }],
  ['execute_input', { code: '6 * 7', execution_count: 3 }],
  ['stream', { name: 'stdout', text: 'out' }],
  ['stream', { name: 'stderr', text: 'err' }],
  ['display_data', { data: { 'text/plain': 'x' }, metadata: {}, transient: {} }],
  ['execute_result', { data: { 'text/plain': '42' }, metadata: {}, execution_count: 3 }],
  ['error', { ename: 'E', evalue: 'v', traceback: ['t'], execution_count: 3 }],
  ['data_message', {}],
  ['comm_open', { comm_id: 'c', target_name: 't', data: {} }],
  ['iopub_welcome', { subscription: '' }],
  ['no_such_type', { x: 1 }],
];

/** The record of a request, once its output is there. */
async function record(tale: Tale, msgId: string, stdout: string): Promise<void> {
  const content = { query: { msg_id: msgId }, keys: null };
  await tale.untilHub(`${stdout} is there`, 'db_request', content, ({ records }) => {
    const [found] = (records ?? []) as JsonObject[];
    return found?.stdout === stdout;
  });
  await tale.ask('record', 'registration', 'db_request', { content });
}

const forwarded: Scenario[] = published.map(([msgType, content], i) =>
  scenario(`${msgType} ${i + 1}`, async (tale) => {
    const { iopub } = tale.client.lines;
    const one = tale.engine('one');
    one.publish(`engine.1.${msgType}`, msgType, { content, parent: tale.wire.write('execute_request').header });
    await tale.hears('with topic and parent', iopub);
    one.publish(undefined, msgType, { content });
    await tale.hears('without topic, without parent', iopub);
    one.publish('', msgType, { content, metadata: { engine: 'one' }, buffers: bytes(3, 0) });
    await tale.hears('an empty topic, buffers', iopub);
  }),
);

export const iopub: Group = {
  name: 'iopub',
  args: [...quick],
  engines: ['one'],
  scenarios: [
    // A PUB drops what it sends before its peer has subscribed: the first is sent until it comes through.
    scenario('the first', async (tale) => {
      for (let round = 0; round < 100 && tale.client.lines.iopub.waiting.length === 0; round++) {
        tale.engine('one').publish('engine.1.status', 'status', { header: { msg_id: 'first', date: '' } });
        await new Promise((done) => setTimeout(done, 50));
      }
      tale.note('first', tale.client.lines.iopub.drain()[0]);
    }),
    ...forwarded,
    scenario('into the record of a direct request', async (tale) => {
      const request = tale.client.request('mux', 'execute_request', { content: code }, 'one');
      const arrived = await tale.arrives('at the engine', tale.engine('one').shell);
      const parent = arrived.header ?? {};
      for (const [msgType, content] of published)
        tale.engine('one').publish('engine.1.x', msgType, { content, parent });
      tale.engine('one').publish('engine.1.x', 'stream', { content: { name: 'stdout', text: ' more' }, parent });
      tale.engine('one').reply(arrived);
      await tale.answered('reply', 'mux', request);
      await tale.completed(request.msgId);
      for (const _ of [...published, 'more']) await tale.client.lines.iopub.next();
      await record(tale, request.msgId, 'out more');
      await tale.ask('result', 'registration', 'result_request', { content: { msg_ids: [request.msgId] } });
    }),
    scenario('a stub for a request that nobody knows', async (tale) => {
      const parent = { msg_id: 'broadcast_one', msg_type: 'execute_request', session: 'wire-client' };
      tale.engine('one').publish('engine.1.stdout', 'stream', { content: { name: 'stdout', text: 'x' }, parent });
      await tale.hears('forwarded', tale.client.lines.iopub);
      await record(tale, 'broadcast_one', 'x');
      await tale.ask('history', 'registration', 'history_request');
      const content = { msg_ids: ['broadcast_one'] };
      await tale.ask('result', 'registration', 'result_request', { content });
      await tale.ask('purge', 'registration', 'purge_request', { content: { msg_ids: 'all' } });
      await tale.ask('result afterwards', 'registration', 'result_request', { content });
    }),
    scenario('a stream that is no text', async (tale) => {
      const parent = { msg_id: 'odd stream', session: 'wire-client' };
      for (const content of [{ name: 'stdout', text: 5 }, { name: 'x', text: 'y' }, {}, []])
        tale.engine('one').publish('engine.1.stdout', 'stream', { content, parent });
      for (let i = 0; i < 4; i++) await tale.hears(`forwarded ${i + 1}`, tale.client.lines.iopub);
      await tale.ask('the hub still answers', 'registration', 'history_request');
    }),
    scenario('a wrong signature', async (tale) => {
      const { frames } = tale.wire.write('stream', { content: { name: 'stdout', text: 'x' } }, 'one');
      const line = tale.watch(tale.wire.connect({ name: 'pub', kind: 'pub', side: 'engine', channels: ['iopub'] }));
      const forged = [frame('topic'), delimiter, frame('0'.repeat(64)), ...frames.slice(2)];
      for (let round = 0; round < 100 && tale.client.lines.iopub.waiting.length === 0; round++) {
        line.send(forged);
        await new Promise((done) => setTimeout(done, 20));
      }
      tale.note('forwarded', tale.client.lines.iopub.drain()[0]);
    }),
    scenario('no message', async (tale) => {
      const line = tale.watch(tale.wire.connect({ name: 'pub', kind: 'pub', side: 'engine', channels: ['iopub'] }));
      for (let round = 0; round < 100 && tale.client.lines.iopub.waiting.length === 0; round++) {
        line.send([frame('just a topic')]);
        await new Promise((done) => setTimeout(done, 20));
        if (round > 10) break;
      }
      tale.note('forwarded', tale.client.lines.iopub.drain()[0]);
    }),
  ],
};
