// Load-balanced tasks: routing, retries, replies (§2.3, §6.4, §6.5).
import type { JsonObject } from '@muster/protocol';
import { delimiter } from '@muster/protocol';
import type { Answer } from '../harness/fake-engine.ts';
import { replyMetadata } from '../harness/fake-engine.ts';
import type { Words, Written } from '../harness/wire.ts';
import type { Group, Tale } from '../tale.ts';
import {
  apply,
  atOneOf,
  bytes,
  code,
  errorContent,
  fate,
  frame,
  oddValues,
  quick,
  scenario,
  taskMetadata,
} from './words.ts';

export const submit = (tale: Tale, changes: JsonObject = {}, words: Words = {}): Written =>
  tale.client.request('task', 'apply_request', { ...apply, metadata: taskMetadata(changes), ...words });

export const failed = (uuid: string, ename?: string): Answer => ({
  content: errorContent(uuid, 'apply', ename),
  metadata: { ...replyMetadata(uuid, 'error'), engine_info: { engine_uuid: uuid, engine_id: 1 } },
});
export const unmet = (uuid: string): Answer => ({
  content: errorContent(uuid, 'apply', 'UnmetDependency'),
  metadata: { ...replyMetadata(uuid, 'error'), dependencies_met: false },
});

/** A task for engine one, its answer, and what the hub says of it before and afterwards. */
async function exchange(tale: Tale, msgType: string, words: Words, answer?: Answer): Promise<void> {
  const metadata = { ...taskMetadata({ targets: ['one'] }), ...(words.metadata as JsonObject) };
  const request = tale.client.request('task', msgType, { ...words, metadata });
  const arrived = await tale.arrives('at the engine', tale.engine('one').shell);
  await tale.assigned(request.msgId, 'one');
  await tale.ask('queue', 'registration', 'queue_request', { content: { targets: ['one'], verbose: true } });
  tale.engine('one').reply(arrived, answer);
  await tale.answered('reply', 'task', request);
  await tale.completed(request.msgId);
  await tale.ask('result', 'registration', 'result_request', { content: { msg_ids: [request.msgId] } });
  await tale.ask('queue afterwards', 'registration', 'queue_request', { content: { targets: ['one'], verbose: true } });
}

/** A task that an engine gets and answers; notes both. */
export async function served(tale: Tale, uuid: string, request: Written, answer?: Answer): Promise<void> {
  const arrived = await tale.arrives(`${request.msgId} at ${uuid}`, tale.engine(uuid).shell);
  tale.engine(uuid).reply(arrived, answer);
}

/** Engine one fails it, engine two is next; `answers` in turn for whoever gets it. */
async function passedOn(tale: Tale, changes: JsonObject, answers: ((uuid: string) => Answer | undefined)[]) {
  const request = submit(tale, changes);
  for (const [i, answer] of answers.entries()) {
    const { engine, heard } = await atOneOf(tale, ['one', 'two']);
    tale.note(`attempt ${i + 1}`, heard);
    if (heard !== undefined) engine.reply(heard, answer(engine.uuid));
  }
  await tale.answered('reply', 'task', request);
}

export const balanced: Group = {
  name: 'balanced',
  args: [...quick, '--hwm=1'],
  engines: ['one', 'two'],
  scenarios: [
    scenario('apply, ok, buffers', (tale) => exchange(tale, 'apply_request', apply, { buffers: bytes(10, 0, 3000) })),
    scenario('execute, ok', (tale) => exchange(tale, 'execute_request', { content: code })),
    scenario('apply, large buffers', (tale) =>
      exchange(tale, 'apply_request', { buffers: bytes(2_000_000, 0, 1) }, { buffers: bytes(1_000_000) }),
    ),
    scenario('apply, error', (tale) => exchange(tale, 'apply_request', apply, failed('one'))),
    scenario('apply, aborted', (tale) =>
      exchange(tale, 'apply_request', apply, {
        content: { status: 'aborted' },
        metadata: replyMetadata('one', 'aborted'),
      }),
    ),
    scenario('a label', (tale) => exchange(tale, 'apply_request', { ...apply, metadata: { label: 'mine' } })),
    scenario('more keys in header and metadata', (tale) =>
      exchange(tale, 'apply_request', { ...apply, metadata: { x: [1] }, header: { subshell_id: null } }),
    ),
    scenario('empty metadata', async (tale) => {
      const request = tale.client.request('task', 'apply_request', { ...apply });
      const { engine, heard } = await atOneOf(tale, ['one', 'two', 'fence']);
      tale.note('at an engine', heard);
      if (heard !== undefined) engine.reply(heard, { metadata: replyMetadata(engine.uuid) });
      await tale.answered('reply', 'task', request);
      await tale.completed(request.msgId);
    }),
    scenario('a second task waits for the first', async (tale) => {
      const [first, second] = [submit(tale, { targets: ['one'] }), submit(tale, { targets: ['one'] })];
      const arrived = await tale.arrives('first at the engine', tale.engine('one').shell);
      await tale.assigned(first.msgId, 'one');
      await tale.client.settle('task');
      await tale.ask('queue', 'registration', 'queue_request', { content: { targets: null, verbose: true } });
      tale.engine('one').reply(arrived);
      await tale.answered('first reply', 'task', first);
      await served(tale, 'one', second);
      await tale.answered('second reply', 'task', second);
    }),
    scenario('a retry goes to another engine', (tale) =>
      passedOn(tale, { targets: ['one', 'two'], retries: 1 }, [failed, () => undefined]),
    ),
    scenario('retries end', (tale) => passedOn(tale, { targets: ['one', 'two'], retries: 1 }, [failed, failed])),
    scenario('no engine is left for a retry', (tale) => passedOn(tale, { targets: ['one'], retries: 3 }, [failed])),
    scenario('an aborted task is retried', (tale) =>
      passedOn(tale, { targets: ['one', 'two'], retries: 1 }, [
        (uuid) => ({ content: { status: 'aborted' }, metadata: replyMetadata(uuid, 'aborted') }),
        () => undefined,
      ]),
    ),
    scenario('an unmet dependency goes to another engine', (tale) =>
      passedOn(tale, { targets: ['one', 'two'] }, [unmet, () => undefined]),
    ),
    scenario('an unmet dependency everywhere', (tale) => passedOn(tale, { targets: ['one', 'two'] }, [unmet, unmet])),
    scenario('a late second reply', async (tale) => {
      const request = submit(tale, { targets: ['one'] });
      const arrived = await tale.arrives('at the engine', tale.engine('one').shell);
      tale.engine('one').reply(arrived);
      await tale.answered('first', 'task', request);
      tale.engine('one').reply(arrived, failed('one'));
      await tale.hears('second', tale.client.lines.task, undefined, 400);
      await served(tale, 'one', submit(tale, { targets: ['one'] }));
      await tale.hears('reply to the next', tale.client.lines.task);
    }),
    scenario('a reply without metadata', async (tale) => {
      const request = submit(tale, { targets: ['one'] });
      await served(tale, 'one', request, { metadata: {} });
      await tale.answered('reply', 'task', request);
      await tale.completed(request.msgId);
      await tale.ask('result', 'registration', 'result_request', { content: { msg_ids: [request.msgId] } });
    }),
    scenario('a reply of an unknown type', async (tale) => {
      const request = submit(tale, { targets: ['one'] });
      await served(tale, 'one', request, { msgType: 'no_such_reply' });
      await tale.answered('reply', 'task', request);
    }),
    scenario('a reply to a task that nobody knows', async (tale) => {
      const reply = tale.wire.write('apply_reply', { metadata: replyMetadata('one'), parent: { msg_id: 'x' } }, 'one');
      tale.engine('one').shell.send([frame('nobody'), ...reply.frames], 'task_out');
      tale.engine('one').shell.send([frame('garbage')], 'task_out');
      const { lost } = await tale.client.settle('task');
      tale.noteValue('good requests lost afterwards', lost);
      const request = submit(tale, { targets: ['one'] });
      await served(tale, 'one', request);
      await tale.answered('reply to the next', 'task', request);
    }),
    ...oddValues
      .filter(([what]) => what !== 'true')
      .map(([what, retries]) =>
        scenario(`retries: ${what}`, async (tale) => {
          const request = submit(tale, { targets: ['one'], retries });
          await fate(tale, request, { at: ['one'], answer: failed('one') });
        }),
      ),
    scenario('an unknown type', async (tale) => {
      const metadata = taskMetadata({ targets: ['one'] });
      const request = tale.client.request('task', 'no_such_request', { metadata });
      await fate(tale, request, { at: ['one'] });
    }),
    scenario('the same task twice', async (tale) => {
      const request = submit(tale, { targets: ['one'] });
      await served(tale, 'one', request);
      await tale.answered('reply', 'task', request);
      tale.client.lines.task.send(request.frames);
      await fate(tale, request, { at: ['one'] });
    }),
    ...malformed(),
  ],
};

/** What the scheduler drops, or answers by itself. */
function malformed() {
  const kinds: [string, (good: Written) => Uint8Array[]][] = [
    ['no delimiter', ({ frames }) => frames.slice(1)],
    ['too few frames', ({ frames }) => frames.slice(0, 4)],
    ['no signature', ({ frames }) => [delimiter, frame(''), ...frames.slice(2)]],
    ['a wrong signature', ({ frames }) => [delimiter, frame('0'.repeat(64)), ...frames.slice(2)]],
    ['one empty frame', () => [frame('')]],
  ];
  const frames = kinds.map(([what, change]) =>
    scenario(`malformed: ${what}`, async (tale) => {
      const good = tale.wire.write('apply_request', { ...apply, metadata: taskMetadata({ targets: ['one'] }) });
      tale.client.lines.task.send(change(good));
      const { lost } = await tale.client.settle('task');
      tale.noteValue('good requests lost afterwards', lost);
    }),
  );
  const parts = ['[]', '{', 'null', '5'].map((text) =>
    scenario(`malformed: header ${text}`, async (tale) => {
      const packed = [text, '{}', '{}', '{}'].map(frame);
      tale.client.lines.task.send(tale.wire.sign(packed));
      const { lost } = await tale.client.settle('task');
      tale.noteValue('good requests lost afterwards', lost);
    }),
  );
  const anId = scenario('malformed: an id in front', async (tale) => {
    const request = tale.client.request(
      'task',
      'apply_request',
      { metadata: taskMetadata({ targets: ['one'] }) },
      'one',
    );
    const arrived = await tale.engine('one').next(400);
    tale.note('at the engine', arrived);
    if (arrived !== undefined) tale.engine('one').reply(arrived);
    tale.note('reply', await tale.client.reply('task', request, 400));
  });
  return [...frames, ...parts, anId];
}
