// Direct requests: mux relays whatever stands behind the ids (§2.2).
import type { JsonObject } from '@muster/protocol';
import { delimiter } from '@muster/protocol';
import type { Answer } from '../harness/fake-engine.ts';
import { replyMetadata } from '../harness/fake-engine.ts';
import type { Words } from '../harness/wire.ts';
import type { Group, Tale } from '../tale.ts';
import { apply, bytes, code, errorContent, frame, quick, scenario } from './words.ts';

const label: JsonObject = { label: null };

/** One request to engine one, its answer, and what the hub says of it afterwards. */
async function exchange(tale: Tale, msgType: string, words: Words, answer?: Answer): Promise<void> {
  const request = tale.client.request('mux', msgType, words, 'one');
  const arrived = await tale.arrives('at the engine', tale.engine('one').shell);
  await tale.known(request.msgId);
  await tale.ask('pending', 'registration', 'result_request', {
    content: { msg_ids: [request.msgId], status_only: true },
  });
  await tale.ask('queue', 'registration', 'queue_request', { content: { targets: ['one'], verbose: true } });
  tale.engine('one').reply(arrived, answer);
  await tale.answered('reply', 'mux', request);
  await tale.completed(request.msgId);
  await tale.ask('result', 'registration', 'result_request', { content: { msg_ids: [request.msgId] } });
}

/** Frames that are no message, sent as they are; then a good request, to see that it goes through. */
const malformed: [string, (good: readonly Uint8Array[]) => Uint8Array[]][] = [
  ['nothing behind the id', () => [frame('one')]],
  ['an empty id', (good) => [frame(''), ...good]],
  ['no id', (good) => [...good]],
  ['no delimiter', (good) => [frame('one'), ...good.slice(1)]],
  ['a frame between id and delimiter', (good) => [frame('one'), frame('x'), ...good]],
  ['too few frames', (good) => [frame('one'), ...good.slice(0, 4)]],
  ['only the delimiter', () => [delimiter]],
  ['one empty frame', () => [frame('')]],
  ['two delimiters', (good) => [frame('one'), delimiter, ...good]],
  ['a header that is not JSON', (good) => [frame('one'), ...good.slice(0, 2), frame('{'), ...good.slice(3)]],
  ['parts that are lists', (good) => [frame('one'), ...good.slice(0, 2), ...Array(4).fill(frame('[]'))]],
];

export const direct: Group = {
  name: 'direct',
  args: [...quick],
  engines: ['one', 'two'],
  scenarios: [
    scenario('execute, ok', (tale) => exchange(tale, 'execute_request', { content: code, metadata: label })),
    scenario('apply, ok, buffers', (tale) =>
      exchange(tale, 'apply_request', { ...apply, metadata: label }, { buffers: bytes(10, 0, 3000) }),
    ),
    scenario('apply, many and large buffers', (tale) =>
      exchange(tale, 'apply_request', { buffers: bytes(...Array(30).fill(1), 2_000_000) }, { buffers: bytes(0, 1e6) }),
    ),
    scenario('execute, error', (tale) =>
      exchange(
        tale,
        'execute_request',
        { content: code },
        {
          content: { ...errorContent('one', 'execute'), execution_count: 1, user_expressions: {}, payload: [] },
          metadata: { ...replyMetadata('one', 'error'), engine_info: { engine_uuid: 'one', engine_id: 1 } },
        },
      ),
    ),
    scenario('apply, aborted', (tale) =>
      exchange(tale, 'apply_request', apply, {
        content: { status: 'aborted' },
        metadata: replyMetadata('one', 'aborted'),
      }),
    ),
    scenario('a label', (tale) => exchange(tale, 'execute_request', { content: code, metadata: { label: 'mine' } })),
    scenario('more keys in header and metadata', (tale) =>
      exchange(tale, 'execute_request', { content: code, header: { subshell_id: null, x: [1] }, metadata: { x: 'ä' } }),
    ),
    scenario('another packing of JSON', async (tale) => {
      const texts = [
        '{ "msg_id":"spaced", "msg_type":"x", "session":"s", "date":"", "version":"5.0" }',
        '{}',
        '{}',
        '{}',
      ];
      const parts = texts.map(frame);
      tale.client.lines.mux.send([frame('one'), ...tale.wire.sign(parts)]);
      const heard = await tale.arrives('at the engine', tale.engine('one').shell);
      tale.noteValue('bytes of the header', heard.frames.map((bytes) => Buffer.from(bytes).toString()).at(4) ?? '');
    }),
    scenario('an unknown engine', (tale) =>
      tale.ask('reply', 'mux', 'execute_request', { content: code }, 'nobody').then(() => {}),
    ),
    ...['no_such_request', 'comm_msg', 'comm_close', 'is_complete_request', ''].map((msgType) =>
      scenario(`type '${msgType}'`, async (tale) => {
        tale.client.request('mux', msgType, { content: { x: 1 }, buffers: bytes(2) }, 'one');
        await tale.arrives('at the engine', tale.engine('one').shell);
      }),
    ),
    scenario('a signature by another key', async (tale) => {
      const good = tale.wire.write('execute_request', { content: code });
      tale.client.lines.mux.send([frame('one'), delimiter, frame('0'.repeat(64)), ...good.frames.slice(2)]);
      await tale.arrives('at the engine', tale.engine('one').shell);
      await tale.ask('known to the hub', 'registration', 'result_request', {
        content: { msg_ids: [good.msgId], status_only: true },
      });
    }),
    ...malformed.map(([what, change]) =>
      scenario(`malformed: ${what}`, async (tale) => {
        tale.client.lines.mux.send(change(tale.wire.write('execute_request', { content: code }).frames));
        const { lost } = await tale.client.settle('mux');
        tale.noteValue('good requests lost afterwards', lost);
      }),
    ),
    scenario('a second reply', async (tale) => {
      const request = tale.client.request('mux', 'execute_request', { content: code }, 'one');
      const arrived = await tale.arrives('at the engine', tale.engine('one').shell);
      tale.engine('one').reply(arrived);
      await tale.answered('first', 'mux', request);
      tale.engine('one').reply(arrived, { content: { status: 'aborted' } });
      await tale.answered('second', 'mux', request);
    }),
    scenario('a reply to nobody', async (tale) => {
      const { shell } = tale.engine('one');
      const reply = tale.wire.write('execute_reply', { content: { status: 'ok' }, parent: { msg_id: 'x' } }, 'one');
      for (const ids of [[frame('nobody')], [], [frame('nobody'), frame('x')], [Uint8Array.from([0, 1, 2, 3, 4])]])
        shell.send([...ids, ...reply.frames], 'mux_out');
      const { lost } = await tale.client.settle('mux');
      tale.noteValue('good requests lost afterwards', lost);
    }),
    scenario('order', async (tale) => {
      const requests = Array.from({ length: 20 }, () => tale.client.request('mux', 'execute_request', {}, 'two'));
      for (const { msgId } of requests) {
        const heard = await tale.arrives(`request ${msgId}`, tale.engine('two').shell);
        tale.engine('two').reply(heard);
      }
      for (const request of requests) tale.note(`reply to ${request.msgId}`, await tale.client.lines.mux.next());
    }),
  ],
};
