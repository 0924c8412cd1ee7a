// What of a message is compared: every frame and key, with values where both controllers must say the same, and kinds where
// each makes up its own.
import type { Json } from '@muster/protocol';
import { decodeText, isJsonObject } from '@muster/protocol';
import { isHarnessId } from '../harness/fake-client.ts';
import type { Heard } from '../harness/heard.ts';
import { contentOf, typeOf } from '../harness/heard.ts';

/** Place in a message → what is there. */
export type Shape = ReadonlyMap<string, string>;

/** Dates that the run made up begin with it, so that they can be told from those of the controller. */
export const ourYear = '2031-';

const dateForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:?\d\d)$/;
const madeUpForm = /^_?([0-9a-f]{8}-[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})(_\d+)*$/;
const portForm = /(^|\.)(registration|control|mux|task|iopub|notification|hb_ping|hb_pong|broadcast)(\[\d+\])?$/;
const longest = 100;

/** Texts of which only the kind is compared, by the last key on the way to them. */
const kinds: Readonly<Record<string, (text: string) => string>> = {
  evalue: (text) => (text === '' ? '""' : 'text'),
  username: () => 'text',
  version: (text) => (text.startsWith('5.') ? '5.x' : JSON.stringify(text)),
  location: () => 'host',
  key: (text) => (text === '' ? '""' : 'key'),
  curve_serverkey: (text) => `${text.length} characters`,
};

function shapeOfText(path: string, text: string): string {
  const kind = kinds[path.slice(path.lastIndexOf('.') + 1)];
  if (kind !== undefined) return kind(text);
  if (dateForm.test(text)) return text.startsWith(ourYear) ? text : 'date';
  if (madeUpForm.test(text)) return 'made-up id';
  const shown = JSON.stringify(text);
  return shown.length <= longest ? shown : `${shown.slice(0, longest)}… (${text.length})`;
}

/** Every leaf of a JSON value by its path. */
function* leaves(path: string, value: Json): Generator<[string, string]> {
  if (path.endsWith('.traceback') && Array.isArray(value)) {
    yield [path, value.every((line) => typeof line === 'string') ? 'list of text' : 'list'];
  } else if (Array.isArray(value)) {
    const members = value.filter((member) => typeof member !== 'string' || !isHarnessId(member));
    if (members.length === 0) yield [path, '[]'];
    for (const [i, member] of members.entries()) yield* leaves(`${path}[${i}]`, member);
  } else if (isJsonObject(value)) {
    if (Object.keys(value).length === 0) yield [path, '{}'];
    for (const [key, member] of Object.entries(value))
      yield* leaves(`${path}.${madeUpForm.test(key) ? '(made-up id)' : key}`, member!);
  } else if (typeof value === 'string') yield [path, shapeOfText(path, value)];
  else if (typeof value === 'number' && portForm.test(path) && value > 1024) yield [path, 'port'];
  else yield [path, JSON.stringify(value)];
}

export const shapeOfValue = (value: Json): Shape => new Map(leaves('value', value));

/** A frame of which nothing is known. Ids that a ROUTER makes up are five bytes, the first 0. */
function shapeOfFrame(frame: Uint8Array): string {
  if (frame.length === 5 && frame[0] === 0) return 'client';
  const text = decodeText(frame);
  if (/^[0-9a-f]{64}$/.test(text)) return 'signature';
  return text.startsWith('{') && text.length > 2 ? 'dictionary' : JSON.stringify(text).slice(0, longest);
}

/** What kind of message it is: where two differ in that, their parts are not compared. */
function headline(heard: Heard): string {
  const { status, ename } = contentOf(heard);
  const type = typeOf(heard) || 'no type';
  return typeof status !== 'string' || status === 'ok' ? type : `${type}: ${ename ?? status}`;
}

/** Undefined is silence. */
export function shapeOfHeard(heard: Heard | undefined): Shape {
  if (heard === undefined) return new Map([['message', 'silence']]);
  if (!heard.isMessage) return new Map([['message', `frames ${heard.frames.map(shapeOfFrame).join(' ')}`]]);
  const shape = new Map([
    ['message', headline(heard)],
    ['ids', [...(heard.peer ? [heard.peer] : []), ...heard.ids.map(shapeOfFrame)].join(' ') || 'none'],
    ['signature', heard.signature],
    ['buffers', heard.buffers.map(({ length }) => length).join(' ') || 'none'],
  ]);
  for (const part of ['header', 'parent', 'metadata', 'content'] as const)
    for (const [path, leaf] of leaves(part, heard[part] ?? 'not JSON')) shape.set(path, leaf);
  return shape;
}
