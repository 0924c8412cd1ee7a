// Checks at the boundary: JSON of a peer in, typed content or a reason in words out. Nothing here throws.
import { keyErrorValue } from '../errors.ts';
import type { Entry } from './entry.ts';
import { replyMetadata, requestMetadata } from './request-metadata.ts';
import type { Output, Problem, Schema } from './schema.ts';
import { mostProblems } from './schema.ts';
import type { ContentOf, TableName, TypeIn } from './tables.ts';
import { messageTables } from './tables.ts';

/** What a check found: the value, or what is wrong with it, for people: `targets.0: expected …`. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** Is there such a message in this conversation? */
export const isKnown = <N extends TableName>(table: N, msgType: string): msgType is TypeIn<N> =>
  Object.hasOwn(messageTables[table], msgType);

/** Reads content that a peer sent: unknown members stay, defaults are filled in. */
export const checkContent = <N extends TableName, T extends TypeIn<N>>(
  table: N,
  msgType: T,
  content: unknown,
): Checked<ContentOf<N, T>> => check(entry(table, msgType).read, content) as Checked<ContentOf<N, T>>;

/** As checkContent, for content that we write: a member that the table does not have is an error. For tests. */
export const checkWritten = <N extends TableName, T extends TypeIn<N>>(
  table: N,
  msgType: T,
  content: unknown,
): Checked<unknown> => check(entry(table, msgType).written, content);

/** A request to the hub, checked: `switch (request.type)` knows the content's type. */
export type QueryRequest = {
  [T in TypeIn<'query.request'>]: { readonly type: T; readonly content: ContentOf<'query.request', T> };
}[TypeIn<'query.request'>];

/** Why a request is refused, in the words that go back as a `hub_error` (§4.1). */
export interface QueryRefusal {
  readonly code: 'unknown_message_type' | 'bad_content';
  readonly ename: 'KeyError' | 'ValueError';
  readonly evalue: string;
}

/** Reads a message of the query channel by its type. */
export function checkQuery(
  msgType: string,
  content: unknown,
): { readonly ok: true; readonly request: QueryRequest } | { readonly ok: false; readonly refusal: QueryRefusal } {
  if (!isKnown('query.request', msgType)) {
    const evalue = keyErrorValue(`Bad Message Type: '${msgType.slice(0, 200)}'`);
    return { ok: false, refusal: { code: 'unknown_message_type', ename: 'KeyError', evalue } };
  }
  const checked = checkContent('query.request', msgType, content);
  if (checked.ok) return { ok: true, request: { type: msgType, content: checked.value } as QueryRequest };
  return { ok: false, refusal: { code: 'bad_content', ename: 'ValueError', evalue: `${msgType}: ${checked.reason}` } };
}

export type RequestChannel = keyof typeof requestMetadata;
/** Metadata of a request on that channel, with its defaults (§4.4, §12.5). */
export type RequestMetadata<C extends RequestChannel> = Output<(typeof requestMetadata)[C]>;
export type ReplyMetadata = Output<typeof replyMetadata>;

export const checkRequestMetadata = <C extends RequestChannel>(
  channel: C,
  metadata: unknown,
): Checked<RequestMetadata<C>> => check(requestMetadata[channel], metadata) as Checked<RequestMetadata<C>>;

export const checkReplyMetadata = (metadata: unknown): Checked<ReplyMetadata> => check(replyMetadata, metadata);

const entry = (table: TableName, msgType: string): Entry =>
  (messageTables[table] as unknown as Record<string, Entry>)[msgType]!;

function check<Out>(schema: Schema<Out>, value: unknown): Checked<Out> {
  const problems: Problem[] = [];
  const read = schema.read(value, [], problems);
  if (problems.length === 0) return { ok: true, value: read };
  const reasons = problems.slice(0, mostProblems).map(({ path, message }) => {
    const where = path.map(String).join('.');
    return where === '' ? message : `${where}: ${message}`;
  });
  return { ok: false, reason: reasons.join('; ').slice(0, 500) };
}
