// Engines that go while they have work (§6.6, §7.4).
import { nextOf } from '../harness/line.ts';
import type { Written } from '../harness/wire.ts';
import type { Group, Tale } from '../tale.ts';
import { submit } from './balanced.ts';
import { apply, quick, scenario, tells } from './words.ts';

const results = (tale: Tale, name: string, requests: readonly Written[]) =>
  tale.ask(name, 'registration', 'result_request', { content: { msg_ids: requests.map(({ msgId }) => msgId) } });

/** Python gives results that are under way 5 s. */
const graceMs = 9000;

export const loss: Group = {
  name: 'loss',
  args: [...quick, '--IPController.registration_timeout=1', '--hwm=0'],
  engines: ['one'],
  scenarios: [
    scenario('with direct requests and tasks', async (tale) => {
      const visitor = await tale.enter({ uuid: 'visitor' }, true);
      const direct = [1, 2].map(() => tale.client.request('mux', 'apply_request', apply, 'visitor'));
      const lost = submit(tale, { targets: ['visitor'] });
      const kept = submit(tale, { targets: ['visitor', 'one'], retries: 1 });
      // To the visitor, who has no load yet.
      const arrivals = [];
      for (let i = 0; i < 3; i++) arrivals.push(await visitor.next());
      const second = await nextOf([visitor.shell, tale.engine('one').shell]);
      tale.noteValue('tasks came', second !== undefined && arrivals.every((heard) => heard !== undefined));
      tale.noteValue('the second at', second?.line ?? '');
      await tale.stage.leave(visitor);
      tale.gone(visitor);
      const early = await tale.client.reply('task', lost, 300);
      tale.noteValue('an answer within the grace', early !== undefined);
      tale.note('reply to the task without retries', early ?? (await tale.client.reply('task', lost, graceMs)));
      if (second?.line.startsWith('engine one')) tale.engine('one').reply(second);
      else tale.engine('one').reply(await tale.arrives('the retry', tale.engine('one').shell));
      tale.note('reply to the task with a retry', await tale.client.reply('task', kept));
      for (const { msgId } of direct) await tale.completed(msgId);
      await results(tale, 'results of direct requests', direct);
      await tale.completed(lost.msgId);
      await results(tale, 'result of the task', [lost]);
      await tale.ask('queue', 'registration', 'queue_request', { content: { targets: null, verbose: true } });
    }),
    scenario('results that are under way', async (tale) => {
      const visitor = await tale.enter({ uuid: 'finishing' }, true);
      const task = submit(tale, { targets: ['finishing'] });
      const direct = tale.client.request('mux', 'apply_request', apply, 'finishing');
      const from = (name: string) => visitor.shell.next(({ peer }) => peer === name);
      const arrived = [await from('task_out'), await from('mux_out')];
      tale.client.request('registration', 'unregistration_request', { content: { id: visitor.id } });
      await tale.hears('notification', tale.client.lines.notification, tells('unregistration', 'finishing'));
      for (const request of arrived) if (request !== undefined) visitor.reply(request);
      await tale.answered('task', 'task', task);
      await tale.answered('direct', 'mux', direct);
      tale.gone(visitor);
    }),
    scenario('a direct request afterwards', async (tale) => {
      await tale.ask('reply', 'mux', 'apply_request', apply, 'visitor');
    }),
    scenario('a follow on what ran there', async (tale) => {
      const visitor = await tale.enter({ uuid: 'followed' }, true);
      const first = submit(tale, { targets: ['followed'] });
      visitor.reply(await tale.arrives('first', visitor.shell));
      await tale.answered('first reply', 'task', first);
      await tale.stage.leave(visitor);
      tale.gone(visitor);
      tale.note('reply', await tale.client.reply('task', submit(tale, { follow: [first.msgId] }), 2000));
    }),
    scenario('a task for an engine that has gone', async (tale) => {
      tale.note('reply', await tale.client.reply('task', submit(tale, { targets: ['visitor'] })));
    }),
  ],
};
