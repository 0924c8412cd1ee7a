// A smaller set under other settings: without a key, encrypted, without records, with the pure scheduler.

import { delimiter } from '@muster/protocol';
import { createHmacSigner } from '@muster/transport';
import type { Group, Scenario, Tale } from '../tale.ts';
import { failed, served, submit } from './balanced.ts';
import { apply, bytes, code, frame, quick, scenario } from './words.ts';

/** One exchange on each channel. */
const oneOfEach: readonly Scenario[] = [
  scenario('files', async (tale) => {
    const { client, engine } = tale.stage.controller.files;
    for (const [name, file] of Object.entries({ client, engine })) {
      const { key = '', curve_serverkey = null, signature_scheme = '', task_scheme = null } = file;
      tale.noteValue(name, { key, curve_serverkey, signature_scheme, task_scheme });
    }
  }),
  scenario('an engine comes and goes', async (tale) => {
    const { engine, announced } = await tale.stage.enter({ uuid: 'visitor' });
    tale.note('reply', engine.registered);
    tale.note('notification', announced);
    await tale.stage.leave(engine);
  }),
  scenario('queries', async (tale) => {
    await tale.ask('connection', 'registration', 'connection_request');
    await tale.ask('queue', 'registration', 'queue_request', { content: { targets: null } });
    await tale.ask('unknown', 'registration', 'no_such_request');
    await tale.ask('history', 'registration', 'history_request');
  }),
  scenario('direct', async (tale) => {
    const request = tale.client.request('mux', 'apply_request', { buffers: bytes(3, 0) }, 'one');
    await served(tale, 'one', request, { buffers: bytes(1) });
    await tale.answered('reply', 'mux', request);
    await tale.completed(request.msgId);
    await tale.ask('result', 'registration', 'result_request', { content: { msg_ids: [request.msgId] } });
    await tale.ask('status', 'registration', 'result_request', {
      content: { msg_ids: [request.msgId], status_only: true },
    });
    await tale.ask('record', 'registration', 'db_request', { content: { query: { msg_id: request.msgId }, keys: [] } });
    await tale.ask('resubmit', 'registration', 'resubmit_request', { content: { msg_ids: ['x'] } });
    await tale.ask('purge', 'registration', 'purge_request', { content: { msg_ids: 'all' } });
  }),
  scenario('task', async (tale) => {
    const request = submit(tale, { targets: ['one'] });
    await served(tale, 'one', request, { buffers: bytes(1, 2) });
    await tale.answered('reply', 'task', request);
    const again = submit(tale, { targets: ['one'], after: [request.msgId] });
    await served(tale, 'one', again, failed('one'));
    await tale.answered('reply to the next', 'task', again);
    tale.note('impossible', await tale.client.reply('task', submit(tale, { targets: ['nobody'] })));
  }),
  scenario('broadcast', async (tale) => {
    const targets = [['one', tale.engine('one').id]];
    const metadata = { targets, is_broadcast: true, is_coalescing: true };
    tale.client.request('broadcast', 'execute_request', { content: code, metadata });
    const arrived = await tale.arrives('at one', tale.engine('one').shell);
    const { original_msg_id = null } = arrived.metadata as { original_msg_id?: string };
    tale.engine('one').reply(arrived, { metadata: { engine: 'one', is_coalescing: true, original_msg_id } });
    tale.note('reply', await tale.client.lines.broadcast.next());
  }),
  scenario('control', async (tale) => {
    const request = tale.client.request('control', 'clear_request', {}, 'one');
    tale.engine('one').reply(await tale.arrives('at one', tale.engine('one').control));
    await tale.answered('reply', 'control', request);
  }),
  scenario('iopub', async (tale) => {
    const { iopub } = tale.client.lines;
    for (let round = 0; round < 100 && iopub.waiting.length === 0; round++) {
      tale.engine('one').publish('engine.1.status', 'status', { header: { msg_id: 'first', date: '' } });
      await new Promise((done) => setTimeout(done, 50));
    }
    tale.note('first', iopub.drain()[0]);
  }),
  scenario('signatures that nobody asked for', async (tale) => {
    const lines = tale.client.lines;
    const signed = (frames: readonly Uint8Array[], by: string) =>
      by === '' ? [delimiter, frame(''), ...frames.slice(2)] : tale.wire.sign(frames.slice(2), createHmacSigner(by));
    for (const by of ['', 'another key']) {
      lines.registration.send(signed(tale.wire.write('connection_request').frames, by));
      const { heard } = await tale.client.settle('registration');
      tale.note(by === '' ? 'without' : 'with another key', heard[0]);
    }
  }),
  scenario('the same message twice', async (tale) => {
    const { frames } = tale.wire.write('connection_request');
    for (const name of ['first', 'second']) {
      tale.client.lines.registration.send(frames);
      const { heard } = await tale.client.settle('registration');
      tale.note(name, heard[0]);
    }
  }),
];

const withSettings = (name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Group => ({
  name,
  args: [...quick, ...args],
  env,
  engines: ['one'],
  scenarios: oneOfEach,
});

export const noKey = withSettings('empty key', ['--Session.key=']);
export const ownKey = withSettings('own key', [], { IPP_SESSION_KEY: 'a key of our own choosing' });
export const curve = withSettings('curve', [], { IPP_ENABLE_CURVE: '1' });

/** No store: what asks for records is an error. */
export const noStore: Group = {
  name: 'no store',
  args: [...quick, '--nodb'],
  engines: ['one'],
  scenarios: oneOfEach.filter(({ name }) => ['queries', 'direct', 'task'].includes(name)),
};

/** Tasks go round, whatever they ask for. */
export const pure: Group = {
  name: 'pure',
  args: [...quick, '--scheme=pure'],
  engines: [],
  settles: ['registration'],
  scenarios: [
    scenario('a task', async (tale: Tale) => {
      const request = tale.client.request('task', 'apply_request', { ...apply, metadata: {} });
      await served(tale, 'fence', request, { buffers: bytes(1, 2) });
      await tale.answered('reply', 'task', request);
      await tale.completed(request.msgId);
      await tale.ask('result', 'registration', 'result_request', { content: { msg_ids: [request.msgId] } });
      await tale.ask('queue', 'registration', 'queue_request', { content: { targets: null, verbose: true } });
    }),
    scenario('a failing task with retries', async (tale) => {
      const request = submit(tale, { retries: 1 });
      await served(tale, 'fence', request, failed('fence'));
      await tale.answered('reply', 'task', request);
    }),
    scenario('a dependency', async (tale) => {
      const request = submit(tale, { after: ['no such id'] });
      const arrived = await tale.engine('fence').next(500);
      tale.noteValue('runs', arrived !== undefined);
      if (arrived !== undefined) tale.engine('fence').reply(arrived);
      await tale.answered('reply', 'task', request);
    }),
  ],
};
