// Why a connection was ended. Every reason is counted; those that somebody should know of are told.

/** What the peer did or failed to do. */
export const reasons = {
  not_zmtp: 'they do not speak ZeroMQ',
  old_protocol: 'they speak ZMTP 1 or 2, which is older than this side understands',
  other_mechanism: 'they want another security mechanism than this side',
  bad_socket_type: 'their kind of socket does not fit this one',
  bad_identity: 'they announced an identity that cannot be one',
  bad_command: 'they sent a malformed command',
  bad_metadata: 'they sent malformed metadata',
  bad_frame: 'they sent a malformed frame',
  out_of_order: 'they sent something before its turn',
  refused_us: 'they refused this side',
  frame_too_large: 'they sent a frame above the limit',
  message_too_large: 'they sent a message above the limit',
  too_many_frames: 'they sent a message of too many frames',
  command_too_large: 'they sent a command above the limit',
  too_many_subscriptions: 'they subscribed to too much',
  too_much_unfinished: 'messages that have begun and not ended, theirs and others, are above the limit',
  too_many_connections: 'there are as many connections as may be',
  identity_in_use: 'their identity is that of another connection',
  handshake_too_slow: 'they did not finish their handshake in time',
  too_much_queued: 'they do not read, and what waits for them is above the limit',
  stalled: 'they have not read for long, while memory is short',
  silent: 'they have been silent for longer than was agreed',
} as const;

export type BreachCode = keyof typeof reasons;

/** Ends one connection: something its peer did or failed to do. */
export class Breach extends Error {
  readonly code: BreachCode;
  constructor(code: BreachCode, detail = '') {
    super(detail === '' ? reasons[code] : `${reasons[code]} (${detail})`);
    this.code = code;
  }
}

/** A connection that ended like this may be made again: the peer is no stranger, only late or slow. */
export const isPassing = ({ code }: Breach): boolean =>
  code === 'handshake_too_slow' ||
  code === 'too_much_queued' ||
  code === 'stalled' ||
  code === 'silent' ||
  code === 'too_much_unfinished';
