import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KernelEffect, KernelEvent, KernelSettings, Outcome, Request } from './index.ts';
import { createKernelState, defaultKernelSettings, failure, isBalanced, step } from './index.ts';

const request = (id: string, msgType = 'execute_request', content: Request['content'] = { code: id }): Request => ({
  peer: 'mux_out',
  ids: [],
  header: { msg_id: id, msg_type: msgType, session: 'client', username: 'u', date: '', version: '5.3' },
  metadata: {},
  content,
  buffers: [new Uint8Array(10)],
  balanced: false,
});
const received = (id: string, msgType?: string, content?: Request['content']): KernelEvent => ({
  type: 'request.received',
  request: request(id, msgType, content),
});
const ok: Outcome = { status: 'ok' };

/** A kernel that is fed events and tells what it did, one word an effect. */
function createModel(settings: Partial<KernelSettings> = {}, registered = true) {
  const state = createKernelState('uuid', { ...defaultKernelSettings, ...settings });
  let nowUs = 1_000_000;
  const feed = (event: KernelEvent): KernelEffect[] => {
    const inputs = { nowUs: nowUs++, random: () => 0.5, newId: () => 'id' };
    return [...step(state, event, inputs).sends];
  };
  if (registered) feed({ type: 'kernel.registered', id: 3 });
  return { state, feed, tell: (event: KernelEvent): string => feed(event).map(word).join(' ') };
}

function word(effect: KernelEffect): string {
  switch (effect.type) {
    case 'iopub.publish':
      return effect.msgType === 'status' ? String(effect.content.execution_state) : effect.msgType;
    case 'reply.send':
      return `${effect.request.header.msg_id}:${effect.content.status}`;
    case 'run.start':
      return `start(${effect.request.header.msg_id})`;
    default:
      return effect.type;
  }
}

test('one at a time, in the order of arrival', () => {
  const { tell } = createModel();
  expect(tell(received('a'))).toBe('busy execute_input start(a)');
  expect(tell(received('b', 'apply_request'))).toBe('');
  expect(tell({ type: 'run.ended', run: 1, outcome: { ...ok, display: {} } })).toBe(
    'output.flush execute_result a:ok idle busy start(b)',
  );
  expect(tell({ type: 'run.ended', run: 1, outcome: ok })).toBe('');
  expect(tell({ type: 'run.ended', run: 2, outcome: ok })).toBe('output.flush b:ok idle');
});

test('nothing runs before the controller gave a number', () => {
  const { tell } = createModel({}, false);
  expect(tell(received('a'))).toBe('');
  expect(tell({ type: 'kernel.registered', id: 0 })).toBe('starting busy execute_input start(a)');
});

test('an error aborts waiting cells; it is told when all that was sent before is here', () => {
  const { tell } = createModel();
  tell(received('a'));
  tell(received('b'));
  tell(received('c', 'apply_request'));
  expect(tell({ type: 'run.ended', run: 1, outcome: failure('Error', 'x') })).toBe('output.flush aborting.settle');
  expect(tell({ type: 'run.ended', run: 1, outcome: ok })).toBe('');
  expect(tell({ type: 'interrupt.asked' })).toBe('');
  expect(tell(received('d'))).toBe('');
  expect(tell({ type: 'aborting.settled' })).toBe(
    'output.flush error a:error idle busy b:aborted idle busy d:aborted idle busy start(c)',
  );
  expect(tell(received('e'))).toBe('');
  expect(tell({ type: 'run.ended', run: 2, outcome: failure('Error', 'x') })).toBe(
    'output.flush error c:error idle busy execute_input start(e)',
  );
});

test('abort by id: waiting, not yet here, running, over the limit of remembered ids', () => {
  const { tell, state } = createModel({ maxAbortedIds: 2 });
  tell(received('a'));
  tell(received('b'));
  const msgIds = ['a', 'b', 'late', 'later', 'latest'];
  expect(tell({ type: 'abort.asked', msgIds, serial: 1 })).toBe('busy b:aborted idle abort.confirm');
  expect([...state.abortedIds]).toEqual(['later', 'latest']);
  expect(tell(received('later'))).toBe('busy later:aborted idle');
  expect(state.running?.request.header.msg_id).toBe('a');
});

test('abort of everything takes calls too, and what arrives before it has settled; then it is confirmed', () => {
  const { tell } = createModel();
  tell(received('a'));
  tell(received('b', 'apply_request'));
  expect(tell({ type: 'abort.asked', msgIds: [], serial: 1 })).toBe('aborting.settle');
  expect(tell({ type: 'abort.asked', msgIds: [], serial: 2 })).toBe('');
  expect(tell(received('c', 'apply_request'))).toBe('');
  expect(tell({ type: 'aborting.settled' })).toBe(
    'busy b:aborted idle busy c:aborted idle abort.confirm abort.confirm',
  );
  expect(tell(received('d', 'apply_request'))).toBe('');
});

test('shutdown answers all; a restart keeps quiet towards the hub', () => {
  for (const restart of [false, true]) {
    const { tell } = createModel();
    tell(received('a'));
    tell(received('b'));
    expect(tell({ type: 'shutdown.asked', restart })).toBe(
      `busy b:aborted idle output.flush error a:error idle output.flush ${restart ? '' : 'shutdown_reply '}kernel.end`,
    );
    expect(tell(received('c'))).toBe('busy c:aborted idle');
    expect(tell({ type: 'shutdown.asked', restart })).toBe('');
  }
});

test('limits: too many requests, too many bytes, one that is refused', () => {
  const { tell, feed } = createModel({ maxQueued: 1 });
  tell(received('a'));
  tell(received('b'));
  const [, reply] = feed(received('c'));
  expect(reply).toMatchObject({ content: { status: 'error', ename: 'EngineBusy' }, metadata: { status: 'error' } });
  const small = createModel({ maxQueuedBytes: 15 });
  small.tell(received('a'));
  expect(small.tell(received('b'))).toBe('');
  expect(small.tell(received('c'))).toBe('busy c:error idle');
  expect(small.tell({ type: 'request.refused', request: request('d'), failure: failure('MessageTooLarge', 'x') })).toBe(
    'busy d:error idle',
  );
});

test('an interrupt reaches only what runs', () => {
  const { tell } = createModel();
  expect(tell({ type: 'interrupt.asked' })).toBe('');
  tell(received('a'));
  expect(tell({ type: 'interrupt.asked' })).toBe('run.interrupt');
});

test('load-balanced requests are known by their metadata, or by where they come from', () => {
  expect(isBalanced('task_out', {})).toBe(true);
  expect(isBalanced('other', { follow: [], after: [] })).toBe(true);
  expect(isBalanced('mux_out', { label: null })).toBe(false);
});

test('whatever happens: every request is answered once, between its busy and its idle, and one runs at a time', () => {
  const anEvent = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('execute_request', 'apply_request', 'kernel_info_request', 'odd_request') },
    { weight: 6, arbitrary: fc.constantFrom('ok', 'error') },
    { weight: 1, arbitrary: fc.constantFrom('abort', 'abort-all', 'settled', 'interrupt') },
  );
  fc.assert(
    fc.property(fc.array(anEvent, { maxLength: 60 }), (words) => {
      const { state, feed } = createModel({ maxQueued: 5 });
      const sent: string[] = [];
      const trail = new Map<string, string[]>();
      let running: string | undefined;
      const take = (effects: KernelEffect[]): void => {
        for (const effect of effects) {
          const id =
            effect.type === 'iopub.publish'
              ? effect.parent.msg_id
              : 'request' in effect && effect.request.header.msg_id;
          if (effect.type === 'run.start') {
            expect(running).toBe(undefined);
            running = effect.request.header.msg_id;
          }
          if (effect.type === 'reply.send' && id === running) running = undefined;
          if (typeof id !== 'string') continue;
          trail.set(id, [...(trail.get(id) ?? []), effect.type === 'reply.send' ? 'reply' : word(effect)]);
        }
      };
      for (const [i, each] of words.entries()) {
        const id = `r${i}`;
        if (each.endsWith('_request')) {
          sent.push(id);
          take(feed(received(id, each)));
        } else if (each === 'abort') take(feed({ type: 'abort.asked', msgIds: [sent.at(-1) ?? 'x'], serial: i }));
        else if (each === 'abort-all') take(feed({ type: 'abort.asked', msgIds: [], serial: i }));
        else if (each === 'settled') take(feed({ type: 'aborting.settled' }));
        else if (each === 'interrupt') take(feed({ type: 'interrupt.asked' }));
        else if (state.running !== undefined) {
          const outcome = each === 'ok' ? ok : failure('Error', 'x');
          take(feed({ type: 'run.ended', run: state.running.number, outcome }));
        }
      }
      take(feed({ type: 'shutdown.asked', restart: false }));
      expect([...trail.keys()].sort()).toEqual([...sent].sort());
      for (const steps of trail.values()) {
        expect(steps[0]).toBe('busy');
        expect(steps.at(-1)).toBe('idle');
        expect(steps.filter((each) => each === 'reply')).toHaveLength(1);
      }
      expect([state.waiting.length, state.waitingBytes, state.running]).toEqual([0, 0, undefined]);
    }),
  );
});
