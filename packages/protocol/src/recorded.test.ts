// What the real Python side wrote, byte for byte (fixtures/, made by fixtures/record.py).
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { formatConnection, parseClientConnection, parseEngineConnection } from './connection-file.ts';
import { formatDate } from './dates.ts';
import { headerDate } from './header.ts';
import type { Message } from './message.ts';
import { buildMessage, delimiter, findDelimiter, openMessage, readMessage } from './message.ts';
import { checkContent, checkReplyMetadata, checkRequestMetadata, isKnown, type TableName } from './messages/index.ts';
import { createReplayGuard } from './replay-guard.ts';
import type { Signer } from './signing.ts';
import { createReferenceSigner } from './testing/reference-signer.ts';

interface Recorded {
  readonly scene: string;
  readonly channel: string;
  readonly direction: 'sent' | 'received';
  readonly frames: string[];
}
interface Case {
  readonly name: string;
  readonly key: string;
  readonly ids: number;
  readonly frames: string[];
}

const text = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const bytes = (frames: readonly string[]): Uint8Array[] =>
  frames.map((frame) => new Uint8Array(Buffer.from(frame, 'base64')));

/** Takes a message apart and builds it again: the same bytes, and the same values through our packer. */
function expectRebuilt(message: Message, signer: Signer, raw: readonly Uint8Array[]): void {
  const ids = raw.slice(0, findDelimiter(raw));
  const again = [delimiter, signer.sign(message.parts), ...message.parts, ...message.buffers];
  expect([...ids, ...again]).toEqual(raw);
  expect([...ids, ...message.toWire()]).toEqual(raw);
  const ours = buildMessage(signer, message);
  const values = ({ header, parentHeader, metadata, content, buffers }: Message): unknown[] => [
    header,
    parentHeader,
    metadata,
    content,
    buffers,
  ];
  expect(values(openMessage(ours.toWire(), signer))).toEqual(values(message));
}

/** The table in which a recorded message must be found. */
function tableOf(channel: string, message: Message): TableName {
  if (channel === 'notification' || channel === 'iopub') return channel;
  const isReply = /_reply$|^hub_error$|^_request$/.test(message.header.msg_type);
  const conversation = { registration: 'query', control: 'control' }[channel] ?? 'execution';
  return `${conversation}.${isReply ? 'reply' : 'request'}` as TableName;
}

const cases = JSON.parse(text('sessions.json')) as Case[];
describe('messages of the real Session', () => {
  test.each(cases)('$name', ({ key, ids, frames }) => {
    const raw = bytes(frames);
    expect(findDelimiter(raw)).toBe(ids);
    const message = openMessage(raw, createReferenceSigner(key));
    expectRebuilt(message, createReferenceSigner(key), raw);
    expect(message.signature.length).toBe(key === '' ? 0 : 64);
    const date = headerDate(message.header)!;
    expect(Math.floor(date / 1000)).toBe(new Date(message.header.date).getTime());
    if (message.header.date.endsWith('Z')) expect(formatDate(date)).toBe(message.header.date);
  });
});

for (const role of ['client', 'engine'] as const) {
  const { key, messages } = JSON.parse(text(`${role}.json`)) as { key: string; messages: Recorded[] };
  describe(`what passed the sockets of a real ${role}`, () => {
    const guard = { sent: createReplayGuard(), received: createReplayGuard() };
    test.each(messages.map((recorded, i) => ({ ...recorded, i })))('$i $scene: $channel $direction', (recorded) => {
      const raw = bytes(recorded.frames);
      const message = openMessage(raw, createReferenceSigner(key), guard[recorded.direction]);
      expectRebuilt(message, createReferenceSigner(key), raw);
      const { header, metadata, content } = message;
      expect(formatDate(headerDate(header)!)).toBe(header.date);
      const table = tableOf(recorded.channel, message);
      if (header.msg_type === 'nonsense_request') return;
      expect(isKnown(table, header.msg_type), `${table} has ${header.msg_type}`).toBe(true);
      expect(checkContent(table, header.msg_type as never, content)).toEqual({
        ok: true,
        value: expect.objectContaining(content),
      });
      if (table === 'execution.reply') expect(checkReplyMetadata(metadata)).toEqual({ ok: true, value: metadata });
      if (table === 'execution.request' && role === 'client') {
        const channel = { mux: 'direct', task: 'task', broadcast: 'broadcast' } as const;
        const checked = checkRequestMetadata(channel[recorded.channel as keyof typeof channel], metadata);
        expect(checked).toMatchObject({ ok: true });
      }
    });

    test('every conversation was recorded', () => {
      const types = new Set(messages.map(({ frames }) => readMessage(bytes(frames)).header.msg_type));
      const expected =
        role === 'engine'
          ? ['registration_request', 'registration_reply', 'apply_request', 'apply_reply', 'execute_reply', 'stream']
          : ['connection_reply', 'queue_reply', 'db_reply', 'result_reply', 'resubmit_reply', 'purge_reply'].concat(
              ['history_reply', 'hub_error', 'registration_notification', 'unregistration_notification'],
              ['shutdown_notification', 'abort_reply', '_request', 'apply_reply', 'execute_result', 'status'],
            );
      expect(expected.filter((type) => !types.has(type))).toEqual([]);
    });
  });
}

test('the metadata that a scheduler reads has its defaults filled in (§4.4)', () => {
  const { key, messages } = JSON.parse(text('client.json')) as { key: string; messages: Recorded[] };
  const tasks = messages
    .filter(({ channel, direction }) => channel === 'task' && direction === 'sent')
    .map(({ frames }) => openMessage(bytes(frames), createReferenceSigner(key)));
  const [first, second] = tasks.map(({ metadata }) => checkRequestMetadata('task', metadata));
  const none = { dependencies: [], all: true, success: true, failure: false };
  expect(first).toMatchObject({
    ok: true,
    value: { after: none, follow: none, timeout: null, targets: [], retries: 0 },
  });
  const after = { ...none, dependencies: [tasks[0]!.header.msg_id] };
  expect(second).toMatchObject({ ok: true, value: { after, follow: none, timeout: 10, retries: 1 } });
});

describe('connection files of a real controller', () => {
  test('parse, and our text of them is theirs', () => {
    const client = parseClientConnection(text('ipcontroller-client.json'), 'client');
    const engine = parseEngineConnection(text('ipcontroller-engine.json'), 'engine');
    expect(engine.key).toBe(client.key);
    expect(engine.registration).toBe(client.registration);
    expect(formatConnection(client).trim()).toBe(text('ipcontroller-client.json').trim());
    expect(formatConnection(engine).trim()).toBe(text('ipcontroller-engine.json').trim());
  });
  test('a file of the other kind is refused by name', () => {
    expect(() => parseClientConnection(text('ipcontroller-engine.json'), 'f')).toThrow(/notification|task_scheme/);
    expect(() => parseEngineConnection(text('ipcontroller-client.json'), 'f')).toThrow(/hb_ping/);
  });
});
