// Requests and results as the store keeps them (§5.1). Dictionaries stay packed: the hub reads headers and metadata only.
import type { Json, JsonObject, Message } from '@muster/protocol';
import { headerDate, parseDate } from '@muster/protocol';
import type { TaskPatch } from '@muster/task-store';

const textOr = <T>(value: Json | undefined, otherwise: T): string | T =>
  typeof value === 'string' ? value : otherwise;

/** A request's fields. A header without a date counts as submitted now. */
export function requestPatch(message: Message, queue: 'mux' | 'task', nowUs: number): TaskPatch {
  const { frames } = message;
  return {
    header: frames[1]!,
    metadata: frames[3]!,
    content: frames[4]!,
    buffers: message.buffers,
    submitted: headerDate(message.header) ?? nowUs,
    clientUuid: message.header.session,
    queue,
    label: textOr(message.metadata.label, null),
  };
}

/** What a reply says of its request: enough for a record, without arguments. Undefined for what is none of a client. */
export function requestPatchOfReply(message: Message, queue: 'mux' | 'task'): TaskPatch | undefined {
  const { msg_type: msgType, session, date } = readable(() => message.parentHeader) ?? {};
  if (typeof msgType !== 'string' || !msgType.endsWith('_request')) return undefined;
  return {
    header: message.parts[1],
    metadata: {},
    content: {},
    buffers: [],
    submitted: typeof date === 'string' ? (parseDate(date) ?? null) : null,
    clientUuid: textOr(session, null),
    queue,
    label: textOr(message.metadata.label, null),
  };
}

/** A result's fields. `engine_uuid` is "" when no engine made it (§12.9). */
export function resultPatch(message: Message, nowUs: number): TaskPatch {
  const { frames } = message;
  const { started, engine } = message.metadata;
  return {
    resultHeader: frames[1]!,
    resultMetadata: frames[3]!,
    resultContent: frames[4]!,
    resultBuffers: message.buffers,
    engineUuid: textOr(engine, ''),
    started: typeof started === 'string' ? (parseDate(started) ?? null) : null,
    completed: headerDate(message.header) ?? nowUs,
    received: nowUs,
  };
}

/** msg_id of the request that this answers; undefined when it names none, or its parent_header cannot be read. */
export function parentIdOf(message: Message): string | undefined {
  try {
    return message.parentId;
  } catch {
    return undefined;
  }
}

/** Content, or undefined when it cannot be read. */
export const contentOf = (message: Message): JsonObject | undefined => readable(() => message.content);

function readable(read: () => JsonObject): JsonObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** msg_type of the reply to a request. */
export function replyTypeOf(requestType: string): string {
  // No new text for each request: it is kept as long as that is pending.
  if (requestType === 'apply_request') return 'apply_reply';
  if (requestType === 'execute_request') return 'execute_reply';
  return requestType.replace(/_request$/, '_reply');
}

/** Messages that get no reply (comm_msg and the like) would be pending for ever; only requests have records. */
export const isRequest = (message: Message): boolean => message.header.msg_type.endsWith('_request');
