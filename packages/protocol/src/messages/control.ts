// The control channel: passed on by the controller, handled by the engine or its nanny (§4.6).
import { z } from 'zod';
import { message, reply } from './entry.ts';

const request = { from: ['client'], to: ['engine'], source: '§4.6' } as const;
const answer = { from: ['engine', 'nanny'], to: ['client'], source: '§4.6' } as const;

export const controlRequests = {
  abort_request: message(
    { ...request, reply: 'abort_reply' },
    { msg_ids: z.union([z.string(), z.array(z.string())], 'expected a msg id or a list of them').nullish() },
  ),
  clear_request: message({ ...request, reply: 'clear_reply' }, {}),
  shutdown_request: message({ ...request, reply: 'shutdown_reply' }, { restart: z.boolean().nullish() }),
  /** Answered by the nanny under its own name, as a slip in Python has it; clients match by the parent's id. */
  signal_request: message(
    { ...request, reply: 'signal_request' },
    { sig: z.union([z.int(), z.string()], 'expected a number or name of a signal') },
  ),
  interrupt_request: message({ ...request, reply: 'interrupt_reply' }, {}),
} as const;

export const controlReplies = {
  abort_reply: reply(answer, {}),
  clear_reply: reply(answer, {}),
  shutdown_reply: reply(answer, { restart: z.boolean().optional() }),
  signal_request: reply(answer, {}),
  interrupt_reply: reply(answer, {}),
} as const;
