// The control channel: passed on by the controller, handled by the engine or its nanny (§4.6).
import { message, reply } from './entry.ts';
import { boolean, either, integer, list, text } from './schema.ts';

const request = { from: ['client'], to: ['engine'], source: '§4.6' } as const;
const answer = { from: ['engine', 'nanny'], to: ['client'], source: '§4.6' } as const;

export const controlRequests = {
  abort_request: message(
    { ...request, reply: 'abort_reply' },
    { msg_ids: either([text, list(text)], 'expected a msg id or a list of them').nullish() },
  ),
  clear_request: message({ ...request, reply: 'clear_reply' }, {}),
  shutdown_request: message({ ...request, reply: 'shutdown_reply' }, { restart: boolean.nullish() }),
  signal_request: message(
    { ...request, reply: '_request' },
    { sig: either([integer, text], 'expected a number or name of a signal') },
  ),
  interrupt_request: message({ ...request, reply: 'interrupt_reply' }, {}),
} as const;

export const controlReplies = {
  abort_reply: reply(answer, {}),
  clear_reply: reply(answer, {}),
  shutdown_reply: reply(answer, { restart: boolean.optional() }),
  /** The nanny's answer to signal_request: its odd name is a slip in Python; clients match by the parent's id. */
  _request: reply(answer, {}),
  interrupt_reply: reply(answer, {}),
} as const;
