// One request for many engines, coalesced or not (§2.4).
import type { Json, JsonObject } from '@muster/protocol';
import { delimiter } from '@muster/protocol';
import type { Answer } from '../harness/fake-engine.ts';
import { replyMetadata } from '../harness/fake-engine.ts';
import type { Heard } from '../harness/heard.ts';
import type { Written } from '../harness/wire.ts';
import type { Group, Scenario, Tale } from '../tale.ts';
import { apply, bytes, errorContent, frame, oddValues, quick, scenario } from './words.ts';

const all = ['one', 'two', 'three'];
const pairs = (tale: Tale, uuids: readonly string[]): Json => uuids.map((uuid) => [uuid, tale.engine(uuid).id]);

function spread(tale: Tale, uuids: readonly string[], coalescing: Json, more: JsonObject = {}): Written {
  const metadata = { targets: pairs(tale, uuids), is_broadcast: true, is_coalescing: coalescing, ...more };
  return tale.client.request('broadcast', 'apply_request', { ...apply, metadata });
}

/** An engine's answer copies from the request what the client wants to see again. */
function answerTo(request: Heard, uuid: string, answer: Answer = {}): Answer {
  const { original_msg_id = '', is_coalescing = false } = (request.metadata ?? {}) as JsonObject;
  const copied = { is_broadcast: true, is_coalescing, original_msg_id };
  return { ...answer, metadata: { ...replyMetadata(uuid), ...copied, ...(answer.metadata as JsonObject) } };
}

/** All targets get it and answer in the order given; what comes back is noted. */
async function exchange(
  tale: Tale,
  uuids: readonly string[],
  coalescing: Json,
  answers: Readonly<Record<string, Answer>> = {},
  more: JsonObject = {},
): Promise<void> {
  spread(tale, uuids, coalescing, more);
  const arrived = new Map<string, Heard>();
  for (const uuid of uuids) arrived.set(uuid, await tale.arrives(`at ${uuid}`, tale.engine(uuid).shell));
  const order = Object.keys(answers).length > 0 ? Object.keys(answers) : uuids;
  const replies = coalescing === true ? 1 : order.length;
  const heard: (Heard | undefined)[] = [];
  for (const uuid of order) {
    tale.engine(uuid).reply(arrived.get(uuid)!, answerTo(arrived.get(uuid)!, uuid, answers[uuid]));
    // One after the other, so that the last to arrive is known.
    if (coalescing === true)
      await tale.client.settle('broadcast', tale.engine(uuid)).then(({ heard: came }) => heard.push(...came));
    else heard.push(await tale.client.lines.broadcast.next());
  }
  if (heard.length === 0) heard.push(await tale.client.lines.broadcast.next(undefined, 500));
  for (let i = 0; i < Math.max(replies, heard.length); i++) tale.note(`reply ${i + 1}`, heard[i]);
}

const failing = (uuid: string): Answer => ({
  content: errorContent(uuid, 'apply'),
  metadata: { status: 'error', engine_info: { engine_uuid: uuid, engine_id: 1 } },
});

/** What is not answered by a good controller in the same way: the request, then whatever comes. */
const odd = (name: string, send: (tale: Tale) => void): Scenario =>
  scenario(name, async (tale) => {
    send(tale);
    const { heard, lost } = await tale.client.settle('broadcast');
    tale.noteValue('good requests lost afterwards', lost);
    tale.note('reply', heard[0] ?? (await tale.client.lines.broadcast.next(undefined, 60)));
    for (const uuid of all) await tale.client.settle('broadcast', tale.engine(uuid));
    for (const uuid of all) tale.note(`at ${uuid}`, tale.engine(uuid).shell.drain()[0]);
  });

const oddMetadata: [string, Json][] = [
  ['no metadata', {}],
  ['no targets', { is_coalescing: false }],
  ['no is_coalescing', { targets: [['one', 1]] }],
  ['metadata that is a list', []],
  ...oddValues
    .filter(([what]) => what !== 'an empty list')
    .map(([what, targets]): [string, Json] => [`targets: ${what}`, { targets, is_coalescing: false }]),
  ['no targets at all', { targets: [], is_coalescing: false }],
  ['no targets at all, coalesced', { targets: [], is_coalescing: true }],
  ['an unknown target', { targets: [['nobody', 9]], is_coalescing: false }],
  ['an unknown target, coalesced', { targets: [['nobody', 9]], is_coalescing: true }],
];

export const broadcast: Group = {
  name: 'broadcast',
  args: [...quick],
  engines: all,
  scenarios: [
    scenario('to one', (tale) => exchange(tale, ['one'], false)),
    scenario('to all', (tale) => exchange(tale, all, false)),
    scenario('to all, coalesced', (tale) => exchange(tale, all, true)),
    scenario('to all, coalesced, in another order', (tale) =>
      exchange(tale, ['three', 'two', 'one'], true, {
        two: { buffers: bytes(2) },
        three: { buffers: bytes(3, 33) },
        one: { buffers: bytes(1) },
      }),
    ),
    scenario('to one, coalesced', (tale) => exchange(tale, ['two'], true, { two: { buffers: bytes(9, 0) } })),
    scenario('is_coalescing: null', (tale) => exchange(tale, ['one', 'two'], null)),
    scenario('an error', (tale) => exchange(tale, ['one', 'two'], false, { one: failing('one'), two: {} })),
    scenario('the last of them an error, coalesced', (tale) =>
      exchange(tale, ['one', 'two'], true, { one: { buffers: bytes(4) }, two: failing('two') }),
    ),
    scenario('the first of them an error, coalesced', (tale) =>
      exchange(tale, ['one', 'two'], true, { one: failing('one'), two: { buffers: bytes(4) } }),
    ),
    scenario('an original_msg_id in the request', (tale) =>
      exchange(tale, ['one', 'two'], true, {}, { original_msg_id: 'earlier' }),
    ),
    scenario('execute', async (tale) => {
      const metadata = { targets: pairs(tale, ['one']), is_broadcast: true, is_coalescing: false, label: 'mine' };
      tale.client.request('broadcast', 'execute_request', { content: { code: '1', silent: false }, metadata });
      const arrived = await tale.arrives('at one', tale.engine('one').shell);
      tale.engine('one').reply(arrived, answerTo(arrived, 'one'));
      tale.note('reply', await tale.client.lines.broadcast.next());
    }),
    scenario('an unknown type', async (tale) => {
      const metadata = { targets: pairs(tale, ['one']), is_broadcast: true, is_coalescing: false };
      tale.client.request('broadcast', 'no_such_request', { metadata });
      const { heard } = await tale.client.settle('broadcast', tale.engine('one'));
      tale.note('reply', heard[0]);
      tale.note('at one', tale.engine('one').shell.drain()[0]);
    }),
    scenario('known to the hub', async (tale) => {
      const request = spread(tale, ['one'], false);
      const arrived = await tale.arrives('at one', tale.engine('one').shell);
      tale.engine('one').reply(arrived, answerTo(arrived, 'one'));
      tale.note('reply', await tale.client.lines.broadcast.next());
      const content = { msg_ids: [`${request.msgId}_one`] };
      await tale.ask('result', 'registration', 'result_request', { content });
      await tale.ask('result of the whole', 'registration', 'result_request', {
        content: { msg_ids: [request.msgId] },
      });
      await tale.ask('history', 'registration', 'history_request');
    }),
    scenario('an engine is lost', async (tale) => {
      const visitor = await tale.enter({ uuid: 'visitor' }, true);
      spread(tale, ['one', 'visitor'], true);
      const arrived = await tale.arrives('at one', tale.engine('one').shell);
      await tale.arrives('at the visitor', visitor.shell);
      tale.engine('one').reply(arrived, answerTo(arrived, 'one'));
      await tale.stage.leave(visitor);
      tale.gone(visitor);
      tale.note('reply', await tale.client.lines.broadcast.next(undefined, 700));
    }),
    ...oddMetadata.map(([what, metadata]) =>
      odd(what, (tale) => void tale.client.request('broadcast', 'apply_request', { ...apply, metadata })),
    ),
    odd('no delimiter', (tale) => tale.client.lines.broadcast.send(tale.wire.write('apply_request').frames.slice(1))),
    odd('one empty frame', (tale) => tale.client.lines.broadcast.send([frame('')])),
    odd('a wrong signature', (tale) => {
      const metadata = { targets: pairs(tale, ['one']), is_broadcast: true, is_coalescing: false };
      const { frames } = tale.wire.write('apply_request', { metadata });
      tale.client.lines.broadcast.send([delimiter, frame('0'.repeat(64)), ...frames.slice(2)]);
    }),
    odd('a header that is not JSON', (tale) =>
      tale.client.lines.broadcast.send(tale.wire.sign(['{', '{}', '{}', '{}'].map(frame))),
    ),
    odd('a reply to nobody', (tale) => {
      const reply = tale.wire.write('apply_reply', { parent: { msg_id: 'x' } }, 'one');
      for (const name of ['sub_scheduler_01', 'sub_scheduler_0', 'bcast_out', 'broadcast_out'])
        tale.engine('one').shell.send([frame('nobody'), ...reply.frames], name);
    }),
  ],
};
