// The task of these benches: a small balanced apply of Python's client and its result, recorded from the wire
// (packages/protocol/fixtures), under other ids and dates.
import { readFileSync } from 'node:fs';
import { delimiter, encodeText, equalBytes, formatDate } from '@muster/protocol';
import type { TaskPatch } from '@muster/task-store';

interface Recorded {
  readonly scene: string;
  readonly channel: string;
  readonly direction: 'sent' | 'received';
  readonly frames: readonly string[];
}
interface Parts {
  readonly header: string;
  readonly metadata: Uint8Array;
  readonly content: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

/** Its arguments are made as long as that in all, as those of a small task are. */
const bufferBytes = 500;

const file = new URL('../../../../packages/protocol/fixtures/client.json', import.meta.url);
const { messages } = JSON.parse(readFileSync(file, 'utf8')) as { messages: readonly Recorded[] };

function partsOf(direction: Recorded['direction']): Parts {
  const found = messages.find(
    (message) => message.scene === 'balanced' && message.channel === 'task' && message.direction === direction,
  );
  if (found === undefined) throw new Error('The recorded task is missing.');
  const frames = found.frames.map((frame) => new Uint8Array(Buffer.from(frame, 'base64')));
  const at = frames.findIndex((frame) => equalBytes(frame, delimiter));
  const [, , header, , metadata, content, ...buffers] = frames.slice(at);
  return { header: Buffer.from(header!).toString(), metadata: metadata!, content: content!, buffers };
}

const [request, result] = [partsOf('sent'), partsOf('received')];
const codeBytes = request.buffers.slice(0, -1).reduce((sum, buffer) => sum + buffer.length, 0);
/** A thousand calls have one function, and each its own arguments. */
function argumentsOf(n: number): Uint8Array {
  const own = Buffer.alloc(bufferBytes - codeBytes, String(n));
  own.set(request.buffers.at(-1)!);
  return own;
}

const { session } = JSON.parse(request.header) as { session: string };
const engineUuid = (JSON.parse(result.header) as { session: string }).session;
const startUs = 1_790_000_000_000_000;

/** One like it: other ids and dates, the same length. */
function headerOf(header: string, msgId: string, us: number): Uint8Array {
  const id = header.replace(/"msg_id": "[^"]*"/, `"msg_id": "${msgId}"`);
  return encodeText(id.replace(/"date": "[^"]*"/, `"date": "${formatDate(us)}"`));
}

export const msgIdOf = (n: number): string => `${session}_13991_${n}`;

/** What the hub writes when the task comes. */
export const requestPatch = (n: number): TaskPatch => ({
  header: headerOf(request.header, msgIdOf(n), startUs + n),
  metadata: request.metadata,
  content: request.content,
  buffers: [...request.buffers.slice(0, -1), argumentsOf(n)],
  submitted: startUs + n,
  clientUuid: `${session} `.trimEnd(),
  queue: 'task',
  label: null,
});

/** What it writes when its result comes. */
export const resultPatch = (n: number): TaskPatch => ({
  resultHeader: headerOf(result.header, `${engineUuid}_14310_${n}`, startUs + n + 900),
  resultMetadata: result.metadata,
  resultContent: result.content,
  resultBuffers: result.buffers,
  engineUuid: `${engineUuid} `.trimEnd(),
  started: startUs + n + 300,
  completed: startUs + n + 900,
  received: startUs + n + 1200,
});
