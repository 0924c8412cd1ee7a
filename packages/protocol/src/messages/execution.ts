// Work: requests on the direct, task and broadcast channels (§4.4), and the answers of engines (§4.5).
import { anyJson, anyObject, count, message, workReply } from './entry.ts';
import { boolean, list, text } from './schema.ts';

const request = { from: ['client'], to: ['engine'] } as const;
const answer = { from: ['engine', 'controller'], to: ['client'] } as const;
const executed = {
  execution_count: count.nullish(),
  user_expressions: anyObject.nullish(),
  payload: list(anyJson).nullish(),
};

export const executionRequests = {
  apply_request: message(
    { ...request, reply: 'apply_reply', buffers: 'function, info, arguments: at least 2 (§8.1)', source: '§4.4' },
    {},
  ),
  execute_request: message(
    { ...request, reply: 'execute_reply', source: '§4.4' },
    {
      code: text,
      silent: boolean.default(false),
      user_expressions: anyObject.default({}),
      store_history: boolean.optional(),
      allow_stdin: boolean.optional(),
      stop_on_error: boolean.optional(),
    },
  ),
} as const;

export const executionReplies = {
  apply_reply: workReply({ ...answer, buffers: 'result, when ok', source: '§4.5' }, {}, {}),
  execute_reply: workReply(
    { ...answer, source: '§4.5' },
    { execution_count: count, user_expressions: anyObject.default({}), payload: list(anyJson).default([]) },
    executed,
  ),
} as const;
