// Dependencies, targets and timeouts of tasks (§6.3, §6.4).
import type { Json } from '@muster/protocol';
import type { Written } from '../harness/wire.ts';
import type { Group, Scenario, Tale } from '../tale.ts';
import { failed, served, submit, unmet } from './balanced.ts';
import { apply, atOneOf, fate, oddValues, quick, scenario } from './words.ts';

/** A task that ended on engine one, well or not. */
async function ended(tale: Tale, ok = true, uuid = 'one'): Promise<Written> {
  const request = submit(tale, { targets: [uuid] });
  const arrived = await tale.engine(uuid).next();
  if (arrived !== undefined) tale.engine(uuid).reply(arrived, ok ? {} : failed(uuid));
  await tale.client.reply('task', request);
  return request;
}
/** A task that engine one has and does not answer yet. */
async function begun(tale: Tale): Promise<{ request: Written; finish: (ok?: boolean) => Promise<void> }> {
  const request = submit(tale, { targets: ['one'] });
  const arrived = await tale.engine('one').next();
  return {
    request,
    finish: async (ok = true) => {
      if (arrived !== undefined) tale.engine('one').reply(arrived, ok ? {} : failed('one'));
      await tale.client.reply('task', request);
    },
  };
}

const forms: [string, (id: string) => Json, whenOk: boolean][] = [
  ['a list', (id) => [id], true],
  ['a dictionary', (id) => ({ dependencies: [id], all: true, success: true, failure: false }), true],
  ['a dictionary with defaults', (id) => ({ dependencies: [id] }), true],
  ['any', (id) => ({ dependencies: [id], all: false, success: true, failure: false }), true],
  ['failure', (id) => ({ dependencies: [id], all: true, success: false, failure: true }), false],
  ['either end', (id) => ({ dependencies: [id], all: true, success: true, failure: true }), true],
];

/** Each form of `after` and `follow`, on a task that ended well and on one that failed. */
const ofEnded = (['after', 'follow'] as const).flatMap((field) =>
  forms.flatMap(([what, form]) =>
    [true, false].map((ok) =>
      scenario(`${field}: ${what}, on a task that ${ok ? 'ended well' : 'failed'}`, async (tale) => {
        const first = await ended(tale, ok, 'two');
        await fate(tale, submit(tale, { [field]: form(first.msgId), targets: ['two'] }));
      }),
    ),
  ),
);

const ofRunning: Scenario[] = forms.map(([what, form, whenOk]) =>
  scenario(`after: ${what}, on a task that runs`, async (tale) => {
    const first = await begun(tale);
    const request = submit(tale, { after: form(first.request.msgId), targets: ['two'] });
    await tale.client.settle('task');
    tale.noteValue('waits', tale.engine('two').shell.waiting.length === 0);
    await first.finish(whenOk);
    await fate(tale, request);
  }),
);

const invalid: [string, Json][] = [
  ['an id that nobody knows', ['no such id']],
  ['an object without dependencies', { all: true }],
  ['both flags false', { dependencies: ['x'], all: true, success: false, failure: false }],
  ['a null in the list', [null]],
  ['a flag of the wrong type', { dependencies: ['x'], all: 'yes' }],
  ...oddValues.map(([what, value]): [string, Json] => [what, value]),
];
const ofInvalid = (['after', 'follow', 'targets', 'timeout'] as const).flatMap((field) =>
  (field === 'after' || field === 'follow' ? invalid : oddValues).map(([what, value]) =>
    scenario(`${field}: ${what}`, async (tale) => {
      await fate(tale, submit(tale, { targets: ['two'], [field]: value }), { at: ['one', 'two', 'fence'] });
    }),
  ),
);

export const dependencies: Group = {
  name: 'dependencies',
  args: [...quick, '--hwm=1'],
  engines: ['one', 'two'],
  scenarios: [
    ...ofEnded,
    ...ofRunning,
    scenario('after: itself', async (tale) => {
      const header = { msg_id: 'myself' };
      await fate(tale, submit(tale, { after: ['myself'], targets: ['two'] }, { ...apply, header }));
    }),
    scenario('after: a direct request', async (tale) => {
      const direct = tale.client.request('mux', 'apply_request', apply, 'one');
      await served(tale, 'one', direct);
      await tale.answered('direct', 'mux', direct);
      await fate(tale, submit(tale, { after: [direct.msgId], targets: ['two'] }));
    }),
    scenario('after: a task that was impossible, cascading', async (tale) => {
      const first = await ended(tale, false, 'two');
      const second = submit(tale, { after: [first.msgId], targets: ['two'] });
      tale.note('second', await tale.client.reply('task', second));
      await fate(tale, submit(tale, { after: [second.msgId], targets: ['two'] }));
    }),
    scenario('after: waiting tasks fail with what they wait for', async (tale) => {
      const first = await begun(tale);
      const second = submit(tale, { after: [first.request.msgId], targets: ['two'] });
      const third = submit(tale, { after: [second.msgId], targets: ['two'] });
      await tale.client.settle('task');
      await first.finish(false);
      tale.note('second', await tale.client.reply('task', second));
      tale.note('third', await tale.client.reply('task', third, 500));
      // Python looks at it again when another task has ended.
      const { heard } = await tale.client.settle('task');
      tale.note('third, later', heard[0] ?? (await tale.client.reply('task', third, 1000)));
    }),
    scenario('follow: two engines', async (tale) => {
      const [first, second] = [await ended(tale, true, 'one'), await ended(tale, true, 'two')];
      await fate(tale, submit(tale, { follow: [first.msgId, second.msgId] }));
    }),
    scenario('follow: another engine than the target', async (tale) => {
      const first = await ended(tale, true, 'one');
      await fate(tale, submit(tale, { follow: [first.msgId], targets: ['two'], timeout: 0.1 }), { waitMs: 400 });
    }),
    scenario('follow: a task that timed out', async (tale) => {
      const first = await begun(tale);
      const second = submit(tale, { after: [first.request.msgId], targets: ['two'], timeout: 0.05 });
      tale.note('timed out', await tale.client.reply('task', second));
      await fate(tale, submit(tale, { follow: { dependencies: [second.msgId], failure: true }, targets: ['two'] }));
      await first.finish();
    }),
    scenario('targets: nobody', async (tale) => {
      await fate(tale, submit(tale, { targets: ['nobody'] }));
    }),
    scenario('targets: nobody and somebody', async (tale) => {
      await fate(tale, submit(tale, { targets: ['nobody', 'two'] }));
    }),
    scenario('timeout: while waiting for another task', async (tale) => {
      const first = await begun(tale);
      await fate(tale, submit(tale, { after: [first.request.msgId], targets: ['two'], timeout: 0.1 }), { waitMs: 400 });
      await first.finish();
    }),
    scenario('timeout: while waiting for an engine', async (tale) => {
      const first = await begun(tale);
      await fate(tale, submit(tale, { targets: ['one'], timeout: 0.1 }), { waitMs: 400 });
      await first.finish();
    }),
    scenario('timeout: not while running', async (tale) => {
      const request = submit(tale, { targets: ['one'], timeout: 0.05 });
      const arrived = await tale.engine('one').next();
      tale.note('reply before the answer', await tale.client.reply('task', request, 300));
      if (arrived !== undefined) tale.engine('one').reply(arrived);
      tale.note('reply', await tale.client.reply('task', request));
    }),
    scenario('an unmet dependency on all engines, with a timeout', async (tale) => {
      const request = submit(tale, { timeout: 0.1 });
      for (let attempt = 0; attempt < 3; attempt++) {
        const { engine, heard } = await atOneOf(tale, ['one', 'two', 'fence']);
        if (heard !== undefined) engine.reply(heard, unmet(engine.uuid));
      }
      tale.note('reply', await tale.client.reply('task', request));
    }),
    ...ofInvalid,
  ],
};
