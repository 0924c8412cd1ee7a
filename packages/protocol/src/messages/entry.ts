// What one row of a message table says, and the two readings of its schemas: strict for what we write, loose for what
// others send.
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Schema, Shape } from './schema.ts';
import { byStatus, integerFrom, list, looseObject, strictObject, text, that, withRest, word } from './schema.ts';

/** Who writes or reads a message. `controller` stands for all of its parts. */
export type Party = 'client' | 'engine' | 'nanny' | 'controller';

/** A row: one message type of one conversation. */
export interface Entry<Read extends Schema = Schema> {
  readonly from: readonly Party[];
  readonly to: readonly Party[];
  /** What we write must match this: unknown members are an error. */
  readonly written: Schema;
  /** What others send is read by this: unknown members are kept, defaults filled in. */
  readonly read: Read;
  /** msg_type of the answer; absent where none is sent. */
  readonly reply?: string;
  /** Number of buffers behind the content; absent: none. */
  readonly buffers?: string;
  /** Section of the wire description. */
  readonly source: string;
}

type Facts = Omit<Entry, 'written' | 'read'>;

/** A message whose content is an object of this shape. */
export const message = <S extends Shape>(facts: Facts, shape: S) => ({
  ...facts,
  written: strictObject(shape),
  read: looseObject(shape),
});

/** A number that counts or names: a whole number of at least 0. */
export const count = integerFrom(0);
/** A JSON object that is passed on or stored as it is: not looked into, as it comes out of JSON.parse. */
export const anyObject = that<JsonObject>(isJsonObject, 'an object');
/** Any JSON value. */
export const anyJson = that<Json>((value) => value !== undefined, 'a value');

const errorShape = {
  status: word('error'),
  ename: text,
  evalue: text,
  traceback: list(text),
  // Engines say who they are and what they ran; errors of the controller carry {} (§1.4).
  engine_info: anyObject.optional(),
};
/** Content of an error, wherever it travels (§4.1). `more`: members that this message adds to it. */
export const errorSchema = looseObject(errorShape);
const ok = { status: word('ok') };
const aborted = { status: word('aborted') };

/** A reply: `{status: 'ok', …shape}` or error content. */
export const reply = <S extends Shape>(facts: Facts, shape: S) => ({
  ...facts,
  written: byStatus({ ok: strictObject({ ...ok, ...shape }), error: strictObject(errorShape) }),
  read: byStatus({ ok: looseObject({ ...ok, ...shape }), error: errorSchema }),
});

/** A reply of an engine to work: ok, error or aborted; `more` members may go along with the latter two (§4.5). */
export const workReply = <S extends Shape, More extends Shape>(facts: Facts, shape: S, more: More) => ({
  ...facts,
  written: byStatus({
    ok: strictObject({ ...ok, ...shape }),
    error: strictObject({ ...errorShape, ...more }),
    aborted: strictObject({ ...aborted, ...more }),
  }),
  read: byStatus({
    ok: looseObject({ ...ok, ...shape }),
    error: looseObject({ ...errorShape, ...more }),
    aborted: looseObject({ ...aborted, ...more }),
  }),
});

/** A reply with a member for each engine or task, beside the fixed ones of `shape`. */
export function replyByKey<S extends Shape>(facts: Facts, member: Schema, shape: S) {
  const schema = byStatus({ ok: withRest({ ...ok, ...shape }, member), error: errorSchema });
  return { ...facts, written: schema, read: schema };
}
