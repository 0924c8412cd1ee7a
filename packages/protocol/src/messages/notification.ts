// The notification channel: what the controller tells all clients (§4.3). No other msg_type may ever be sent there.
import { count, message } from './entry.ts';
import { text, word } from './schema.ts';

const facts = { from: ['controller'], to: ['client'], source: '§4.3' } as const;
const engine = {
  id: count,
  uuid: text,
  /** Ours: what runs in it. Python clients do not look at it. */
  kernel: text.optional(),
};

export const notifications = {
  registration_notification: message(facts, engine),
  /** Only for an engine that was announced before: clients that wait for engines give up at any of these. */
  unregistration_notification: message(facts, engine),
  /** parent_header: that of the shutdown_request. */
  shutdown_notification: message(facts, { status: word('ok') }),
} as const;
