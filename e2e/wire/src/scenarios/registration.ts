// Engines come and go (§4.2, §7.1, §7.4).
import type { Json } from '@muster/protocol';
import { contentOf } from '../harness/heard.ts';
import type { Group, Tale } from '../tale.ts';
import { oddValues, quick, scenario, tells } from './words.ts';

/** A registration_request by a client's socket; nobody beats, so that it stays pending. */
const asks = (tale: Tale, name: string, content: Json) =>
  tale.ask(name, 'registration', 'registration_request', { content });
const leaves = (tale: Tale, name: string, content: Json) =>
  tale.ask(name, 'registration', 'unregistration_request', { content });

export const registration: Group = {
  name: 'registration',
  args: [...quick, '--IPController.registration_timeout=1'],
  engines: ['one'],
  scenarios: [
    scenario('an engine comes and goes', async (tale) => {
      const { engine, announced } = await tale.stage.enter({ uuid: 'visitor' });
      tale.note('reply', engine.registered);
      tale.note('notification', announced);
      await tale.ask('engines', 'registration', 'connection_request');
      await leaves(tale, 'reply to unregistration', { id: engine.id });
      await tale.hears('notification', tale.client.lines.notification, tells('unregistration', 'visitor'));
      await tale.ask('engines', 'registration', 'connection_request');
      await engine.close();
    }),
    scenario('the same uuid again, when it has just gone', async (tale) => {
      const { notification } = tale.client.lines;
      const engine = await tale.enter({ uuid: 'returning' });
      await leaves(tale, 'reply to unregistration', { id: engine.id });
      await tale.hears('gone', notification, tells('unregistration', 'returning'));
      const reply = await asks(tale, 'registers again', { uuid: 'returning' });
      await tale.hears('announced again', notification, tells('registration', 'returning'), 2000);
      await leaves(tale, 'leaves', { id: contentOf(reply).id ?? null });
      await tale.client.settle('registration');
      // Python's controller does not know it any more.
      await notification.next(tells('unregistration', 'returning'), 500);
      notification.drain();
      tale.gone(engine);
    }),
    scenario('a uuid that is registered', async (tale) => void (await asks(tale, 'reply', { uuid: 'one' }))),
    scenario('a uuid that is pending', async (tale) => {
      await asks(tale, 'first', { uuid: 'pending' });
      await asks(tale, 'second', { uuid: 'pending' });
    }),
    scenario('a pending registration is cancelled', async (tale) => {
      const reply = await asks(tale, 'first', { uuid: 'hesitant' });
      await leaves(tale, 'cancelled', { id: contentOf(reply).id ?? null });
      await asks(tale, 'again', { uuid: 'hesitant' });
    }),
    scenario('a pending registration expires', async (tale) => {
      await asks(tale, 'first', { uuid: 'silent' });
      await new Promise((done) => setTimeout(done, 1500));
      await asks(tale, 'again', { uuid: 'silent' });
      await tale.ask('engines', 'registration', 'connection_request');
    }),
    scenario('an id is asked for', async (tale) => {
      const engine = await tale.enter({ uuid: 'fortieth', id: 40 });
      tale.note('free', engine.registered);
      await asks(tale, 'in use', { uuid: 'fortieth again', id: 40 });
      await asks(tale, 'pending', { uuid: 'forty-first', id: 41 });
      await asks(tale, 'the next without', { uuid: 'forty-second' });
      await asks(tale, 'a lower one', { uuid: 'thirtieth', id: 30 });
      await asks(tale, 'the next without', { uuid: 'forty-third' });
    }),
    scenario('unregistration of nobody', async (tale) => void (await leaves(tale, 'reply', { id: 999 }))),
    scenario('unregistration without id', async (tale) => void (await leaves(tale, 'reply', {}))),
    scenario('unregistration by a uuid', async (tale) => void (await leaves(tale, 'reply', { id: 'one' }))),
    scenario('an engine says on iopub that it stops', async (tale) => {
      const engine = await tale.enter({ uuid: 'stopping' });
      engine.publish(`engine.${engine.id}.shutdown`, 'shutdown_reply', { content: { status: 'ok', restart: false } });
      await tale.hears('notification', tale.client.lines.notification, tells('unregistration', 'stopping'));
      await tale.hears('iopub', tale.client.lines.iopub);
      tale.gone(engine);
    }),
    scenario('an engine that does not beat is not announced', async (tale) => {
      await asks(tale, 'reply', { uuid: 'breathless' });
      await tale.hears('notification', tale.client.lines.notification, tells('registration', 'breathless'), 400);
      await tale.ask('engines', 'registration', 'connection_request');
    }),
    ...oddValues
      .filter(([what]) => what !== 'a number')
      .map(([what, id]) =>
        scenario(`id: ${what}`, async (tale) => void (await asks(tale, 'reply', { uuid: what, id }))),
      ),
    ...oddValues.map(([what, uuid]) =>
      scenario(`uuid: ${what}`, async (tale) => {
        await asks(tale, 'reply', { uuid });
      }),
    ),
    scenario('no uuid', async (tale) => void (await asks(tale, 'reply', {}))),
    // True is the id 1 in Python.
    ...oddValues
      .filter(([what]) => what !== 'true')
      .map(([what, id]) =>
        scenario(`unregistration of ${what}`, async (tale) => void (await leaves(tale, 'reply', { id }))),
      ),
  ],
};
