// What one row of a message table says, and the two readings of its schemas: strict for what we write, loose for what
// others send.
import { z } from 'zod';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';

/** Who writes or reads a message. `controller` stands for all of its parts. */
export type Party = 'client' | 'engine' | 'nanny' | 'controller';

/** A row: one message type of one conversation. */
export interface Entry<Written extends z.ZodType = z.ZodType, Read extends z.ZodType = z.ZodType> {
  readonly from: readonly Party[];
  readonly to: readonly Party[];
  /** What we write must match this: unknown members are an error. */
  readonly written: Written;
  /** What others send is read by this: unknown members are kept, defaults filled in. */
  readonly read: Read;
  /** msg_type of the answer; absent where none is sent. */
  readonly reply?: string;
  /** Number of buffers behind the content; absent: none. */
  readonly buffers?: string;
  /** Section of the wire description. */
  readonly source: string;
}

type Shape = z.ZodRawShape;
type Facts = Omit<Entry, 'written' | 'read'>;
type LooseObject<S extends Shape> = z.ZodObject<S, z.core.$loose>;
type StrictObject<S extends Shape> = z.ZodObject<S, z.core.$strict>;

/** A message whose content is an object of this shape. */
export const message = <S extends Shape>(facts: Facts, shape: S): Entry<StrictObject<S>, LooseObject<S>> => ({
  ...facts,
  written: z.strictObject(shape),
  read: z.looseObject(shape),
});

/** A number that counts or names: a whole number of at least 0. */
export const count = z.int().min(0);
/** A JSON object that is passed on or stored as it is: not looked into, as it comes out of JSON.parse. */
export const anyObject = z.custom<JsonObject>(isJsonObject, 'expected an object');
/** Any JSON value. */
export const anyJson = z.custom<Json>((value) => value !== undefined, 'expected a value');

const errorShape = {
  status: z.literal('error'),
  ename: z.string(),
  evalue: z.string(),
  traceback: z.array(z.string()),
  // Engines say who they are and what they ran; errors of the controller carry {} (§1.4).
  engine_info: anyObject.optional(),
};
/** Content of an error, wherever it travels (§4.1). `more`: members that this message adds to it. */
export const errorSchema = z.looseObject(errorShape);
const aborted = { status: z.literal('aborted') };

/** A reply: `{status: 'ok', …shape}` or error content. */
export const reply = <S extends Shape>(facts: Facts, shape: S) => ({
  ...facts,
  written: z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('ok'), ...shape }),
    z.strictObject(errorShape),
  ]),
  read: z.discriminatedUnion('status', [z.looseObject({ status: z.literal('ok'), ...shape }), errorSchema]),
});

/** A reply of an engine to work: ok, error or aborted; `more` members may go along with the latter two (§4.5). */
export const workReply = <S extends Shape, More extends Shape>(facts: Facts, shape: S, more: More) => ({
  ...facts,
  written: z.discriminatedUnion('status', [
    z.strictObject({ status: z.literal('ok'), ...shape }),
    z.strictObject({ ...errorShape, ...more }),
    z.strictObject({ ...aborted, ...more }),
  ]),
  read: z.discriminatedUnion('status', [
    z.looseObject({ status: z.literal('ok'), ...shape }),
    z.looseObject({ ...errorShape, ...more }),
    z.looseObject({ ...aborted, ...more }),
  ]),
});

/** A reply with a member for each engine or task, beside the fixed ones of `shape`. */
export function replyByKey<V extends z.ZodType, S extends Shape>(facts: Facts, value: V, shape: S) {
  const ok = z.object({ status: z.literal('ok'), ...shape }).catchall(value);
  const schema = z.discriminatedUnion('status', [ok, errorSchema]);
  return { ...facts, written: schema, read: schema };
}
