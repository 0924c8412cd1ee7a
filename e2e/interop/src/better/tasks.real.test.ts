// Load-balanced tasks that Python's scheduler loses, or that cost it an engine (§12.3 to §12.5, §6.6).
import type { JsonObject } from '@muster/protocol';
import { begin, fate, runs, said, stories, submit } from './stories.ts';

stories('tasks', { args: ['--hwm=1'] }, (story) => {
  story(
    'a message that is sent twice does not cost an engine',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'replayed' });
      const { request, arrived } = await begin(stage, engine);
      stage.client.lines.task.send(request.frames);
      engine.reply(arrived);
      await stage.client.reply('task', request);
      // Like a real engine, this one drops a signature that it has seen, without a word.
      return runs(stage, engine, submit(stage, { targets: [engine.uuid] }));
    },
    { theirs: false, ours: true },
  );
  story(
    'a task that no engine can answer is answered, and costs no engine',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'puzzled' });
      const odd = stage.client.request('task', 'no_such_request', { metadata: { targets: [engine.uuid] } });
      const reply = await fate(stage, 'task', odd);
      return [reply, await runs(stage, engine, submit(stage, { targets: [engine.uuid] }))];
    },
    { theirs: ['silence', false], ours: ['apply_reply: UnknownMessageType', true] },
  );
  story(
    'to follow a task that ended without running is impossible',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'waited-for' });
      const first = await begin(stage, engine);
      const second = submit(stage, { after: [first.request.msgId], timeout: 0.05 });
      await stage.client.reply('task', second);
      const third = submit(stage, { follow: { dependencies: [second.msgId], failure: true } });
      const end = await fate(stage, 'task', third);
      engine.reply(first.arrived);
      return end;
    },
    { theirs: 'silence', ours: 'apply_reply: ImpossibleDependency' },
  );
  story(
    'to follow a task whose engine is gone is impossible',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'followed' });
      const first = await begin(stage, engine);
      engine.reply(first.arrived);
      await stage.client.reply('task', first.request);
      await stage.leave(engine);
      return fate(stage, 'task', submit(stage, { follow: [first.request.msgId] }));
    },
    { theirs: 'silence', ours: 'apply_reply: ImpossibleDependency' },
  );
  const wrong: [string, JsonObject][] = [
    ['a dependency on neither success nor failure', { after: { dependencies: ['x'], success: false, failure: false } }],
    ['an `after` that is a number', { after: 5 }],
  ];
  for (const [what, metadata] of wrong)
    story(
      `${what} is refused`,
      async (stage) => fate(stage, 'task', submit(stage, { targets: [stage.fence.uuid], ...metadata })),
      { theirs: 'silence', ours: 'apply_reply: InvalidDependency' },
    );
  for (const field of ['follow', 'targets'])
    story(
      `null in ${field} means the default`,
      async (stage) => {
        // Whoever gets it answers, as an engine does; only these two are there.
        const { engine } = await stage.enter({ uuid: `null-${field}` });
        const request = submit(stage, { targets: [engine.uuid], [field]: null });
        const arrived = await Promise.race([engine.next(2000), stage.fence.next(2000)]);
        if (arrived !== undefined) (arrived.line.includes('fence') ? stage.fence : engine).reply(arrived);
        const reply = said(await stage.client.reply('task', request, 2000));
        await stage.leave(engine);
        return reply;
      },
      { theirs: 'silence', ours: 'apply_reply: ok' },
    );
  story(
    'a reply without metadata reaches its client',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'terse' });
      const { request, arrived } = await begin(stage, engine);
      engine.reply(arrived, { metadata: {} });
      return said(await stage.client.reply('task', request, 2000));
    },
    { theirs: 'silence', ours: 'apply_reply: ok' },
  );
  story(
    'tasks that wait keep their order',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'busy' });
      const first = await begin(stage, engine);
      const waiting = ['a', 'b', 'c', 'd'].map((label) => submit(stage, { targets: [engine.uuid], label }));
      await stage.client.settle('task');
      engine.reply(first.arrived);
      const order: unknown[] = [];
      for (const _ of waiting) {
        const arrived = await engine.next();
        order.push((arrived?.metadata as JsonObject | undefined)?.label);
        if (arrived !== undefined) engine.reply(arrived);
      }
      return order.join('') === 'abcd';
    },
    { theirs: false, ours: true },
  );
});
