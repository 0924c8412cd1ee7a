// Engines that Python loses sight of, and messages that get lost on the way to them (§2.2, §4.7, §7.1, §12.12).
import type { Heard, Stage } from '@muster/wire';
import { apply, contentOf, typeOf } from '@muster/wire';
import { said, stories } from './stories.ts';

const tells = (kind: 'registration' | 'unregistration', uuid: string) => (heard: Heard) =>
  typeOf(heard) === `${kind}_notification` && contentOf(heard).uuid === uuid;

const listed = async ({ client }: Stage): Promise<readonly unknown[]> =>
  Object.values(contentOf(await client.ask('registration', 'connection_request')).engines ?? {});

stories('engines', { misses: 3 }, (story) => {
  story(
    'an engine that was given up and wakes up is taken back, with its number',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'sleeper' });
      engine.beating = false;
      const { notification } = stage.client.lines;
      await notification.next(tells('unregistration', 'sleeper'));
      engine.beating = true;
      const back = await notification.next(tells('registration', 'sleeper'), 2000);
      return [contentOf(back).id === engine.id, (await listed(stage)).includes('sleeper')];
    },
    { theirs: [false, false], ours: [true, true] },
  );
  story(
    'a uuid that has just gone may register again',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'again' });
      stage.client.request('registration', 'unregistration_request', { content: { id: engine.id } });
      await stage.client.lines.notification.next(tells('unregistration', 'again'));
      engine.query.send(stage.wire.write('registration_request', { content: { uuid: 'again' } }, 'again').frames);
      const reply = said(await engine.query.next());
      return [reply, (await stage.client.lines.notification.next(tells('registration', 'again'), 2000)) !== undefined];
    },
    { theirs: ['registration_reply: ok', false], ours: ['registration_reply: ok', true] },
  );
  story(
    'engines that are gone are not listed with work that they will never do',
    async (stage) => {
      const { engine } = await stage.enter({ uuid: 'leaver' });
      stage.client.request('mux', 'apply_request', apply, 'leaver');
      await engine.next();
      await stage.leave(engine);
      const reply = await stage.client.ask('registration', 'queue_request', { content: { targets: null } });
      return String(engine.id) in contentOf(reply);
    },
    { theirs: true, ours: false },
  );
  story(
    'a direct request to an engine that is not there is answered',
    async (stage) =>
      said(await stage.client.reply('mux', stage.client.request('mux', 'apply_request', apply, 'nobody'), 1000)),
    { theirs: 'silence', ours: 'apply_reply: EngineError' },
  );
  story(
    'frames that are no message do not cost the next good one',
    async (stage) => {
      stage.client.lines.mux.send([new Uint8Array()]);
      return (await stage.client.settle('mux')).lost;
    },
    { theirs: 1, ours: 0 },
  );
});
