// Work: requests on the direct, task and broadcast channels (§4.4), and the answers of engines (§4.5).
import { z } from 'zod';
import { anyJson, anyObject, count, message, workReply } from './entry.ts';

const request = { from: ['client'], to: ['engine'] } as const;
const answer = { from: ['engine', 'controller'], to: ['client'] } as const;
const executed = {
  execution_count: count.nullish(),
  user_expressions: anyObject.nullish(),
  payload: z.array(anyJson).nullish(),
};

export const executionRequests = {
  apply_request: message(
    { ...request, reply: 'apply_reply', buffers: 'function, info, arguments: at least 2 (§8.1)', source: '§4.4' },
    {},
  ),
  execute_request: message(
    { ...request, reply: 'execute_reply', source: '§4.4' },
    {
      code: z.string(),
      silent: z.boolean().default(false),
      user_expressions: anyObject.default({}),
      store_history: z.boolean().optional(),
      allow_stdin: z.boolean().optional(),
      stop_on_error: z.boolean().optional(),
    },
  ),
} as const;

export const executionReplies = {
  apply_reply: workReply({ ...answer, buffers: 'result, when ok', source: '§4.5' }, {}, {}),
  execute_reply: workReply(
    { ...answer, source: '§4.5' },
    { execution_count: count, user_expressions: anyObject.default({}), payload: z.array(anyJson).default([]) },
    executed,
  ),
} as const;
