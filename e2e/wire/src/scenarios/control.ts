// Control requests (§4.6): a relay of its own.
import type { Json } from '@muster/protocol';
import type { Group } from '../tale.ts';
import { frame, quick, scenario } from './words.ts';

const requests: [string, Json, string, Json][] = [
  ['abort_request', { msg_ids: ['x', 'y'] }, 'abort_reply', { status: 'ok' }],
  ['abort_request', { msg_ids: 'x' }, 'abort_reply', { status: 'ok' }],
  ['abort_request', { msg_ids: [] }, 'abort_reply', { status: 'ok' }],
  ['clear_request', {}, 'clear_reply', { status: 'ok' }],
  ['shutdown_request', { restart: false }, 'shutdown_reply', { status: 'ok', restart: false }],
  ['signal_request', { sig: 2 }, 'signal_request', { status: 'ok' }],
  [
    'signal_request',
    { sig: 'SIGINT' },
    'signal_request',
    { status: 'error', ename: 'ValueError', evalue: '', traceback: [] },
  ],
  ['interrupt_request', {}, 'interrupt_reply', { status: 'ok' }],
  ['debug_request', { seq: 1, command: 'initialize' }, 'debug_reply', {}],
  ['no_such_request', { a: [1] }, 'no_such_reply', { b: 2 }],
];

export const control: Group = {
  name: 'control',
  args: [...quick],
  engines: ['one'],
  scenarios: [
    ...requests.map(([msgType, content, replyType, replyContent], i) =>
      scenario(`${msgType} ${i + 1}`, async (tale) => {
        const request = tale.client.request('control', msgType, { content }, 'one');
        const arrived = await tale.arrives('at the engine', tale.engine('one').control);
        tale.engine('one').reply(arrived, { msgType: replyType, content: replyContent, metadata: {} });
        await tale.answered('reply', 'control', request);
        await tale.ask('known to the hub', 'registration', 'result_request', {
          content: { msg_ids: [request.msgId], status_only: true },
        });
      }),
    ),
    scenario('an unknown engine', (tale) => tale.ask('reply', 'control', 'clear_request', {}, 'nobody').then(() => {})),
    ...(
      [
        ['nothing behind the id', () => [frame('one')]],
        ['no id', (good) => [...good]],
        ['no delimiter', (good) => [frame('one'), ...good.slice(1)]],
        ['too few frames', (good) => [frame('one'), ...good.slice(0, 4)]],
      ] as [string, (good: readonly Uint8Array[]) => Uint8Array[]][]
    ).map(([what, change]) =>
      scenario(`malformed: ${what}`, async (tale) => {
        tale.client.lines.control.send(change(tale.wire.write('clear_request').frames));
        const { lost } = await tale.client.settle('control');
        tale.noteValue('good requests lost afterwards', lost);
      }),
    ),
  ],
};
