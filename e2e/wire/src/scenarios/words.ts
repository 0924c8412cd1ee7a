// What requests and replies say, where a scenario does not care.
import type { Json, JsonObject } from '@muster/protocol';
import { encodeText } from '@muster/protocol';
import type { Answer } from '../harness/fake-engine.ts';
import type { Heard } from '../harness/heard.ts';
import { contentOf, parentIdOf, typeOf } from '../harness/heard.ts';
import { nextOf } from '../harness/line.ts';
import type { Words, Written } from '../harness/wire.ts';
import type { Scenario, Tale } from '../tale.ts';

export const scenario = (name: string, play: Scenario['play']): Scenario => ({ name, play });

/** Engines are announced soon, and not dropped when this process had no time for their hearts. */
export const quick = ['--ping=100', '--HeartMonitor.max_heartmonitor_misses=100'];

export const code: JsonObject = { code: '6 * 7', silent: true, user_expressions: {} };
export const bytes = (...sizes: number[]): Uint8Array[] => sizes.map((size) => new Uint8Array(size).fill(7));
/** An apply_request carries the function and its arguments in buffers. */
export const apply: Words = { content: {}, buffers: bytes(20, 5) };

/** What a load-balanced view sends (§4.4). */
export const taskMetadata = (changes: JsonObject = {}): JsonObject => ({
  after: [],
  follow: [],
  timeout: 0,
  targets: [],
  retries: 0,
  label: null,
  ...changes,
});

export const errorContent = (uuid: string, method: string, ename = 'ZeroDivisionError'): JsonObject => ({
  status: 'error',
  ename,
  evalue: 'it failed',
  traceback: ['line 1', 'line 2'],
  engine_info: { engine_uuid: uuid, engine_id: 1, method },
});

/** A notification of that kind about that engine. */
export const tells = (kind: 'registration' | 'unregistration', uuid: string) => (heard: Heard) =>
  typeOf(heard) === `${kind}_notification` && contentOf(heard).uuid === uuid;

/** Values that a field should not have, of every JSON type. */
export const oddValues: readonly (readonly [string, Json])[] = [
  ['null', null],
  ['a number', 5],
  ['a negative number', -1],
  ['a fraction', 1.5],
  ['text', 'x'],
  ['empty text', ''],
  ['true', true],
  ['an empty list', []],
  ['a list of text', ['x']],
  ['a list of numbers', [5]],
  ['a list of lists', [['x']]],
  ['an empty object', {}],
  ['an object', { x: 1 }],
];

export const frame = (text: string): Uint8Array => encodeText(text);

/** What comes to one of those engines. */
export async function atOneOf(tale: Tale, uuids: readonly string[], timeoutMs?: number) {
  const engines = uuids.map((uuid) => tale.engine(uuid));
  const heard = await nextOf(
    engines.map(({ shell }) => shell),
    timeoutMs,
  );
  return { heard, engine: engines.find(({ shell }) => shell.name === heard?.line) ?? engines[0]! };
}

/**
 * What becomes of a task for engine two: it runs there, and is answered; or the scheduler answers it, or nobody. `waitMs`: how
 * long that may take, where time has a part in it; else the answer to a later task proves that there will be none.
 */
export async function fate(
  tale: Tale,
  request: Written,
  { waitMs = 0, at = ['two'], answer }: { waitMs?: number; at?: readonly string[]; answer?: Answer } = {},
): Promise<void> {
  const isOwn = (heard: Heard): boolean => parentIdOf(heard) === request.msgId;
  const settled = async () => (await tale.client.settle('task')).heard.find(isOwn);
  let reply = waitMs > 0 ? await tale.client.reply('task', request, waitMs) : await settled();
  // The task was sent before its fence was, but by another connection: after one more exchange with each engine it is there.
  for (const uuid of at) await tale.client.settle('mux', tale.engine(uuid));
  const { engine, heard: arrived } = await atOneOf(tale, at, reply === undefined ? 20 : 0);
  tale.noteValue('runs', arrived !== undefined);
  if (arrived !== undefined) {
    engine.reply(arrived, answer);
    reply = answer === undefined ? await tale.client.reply('task', request) : undefined;
    reply ??= (await settled()) ?? (await tale.client.reply('task', request, 60));
  }
  tale.note('reply', reply);
}
