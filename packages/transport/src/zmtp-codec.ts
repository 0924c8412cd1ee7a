// The pure parts of the zmtp transport, for those who judge them from outside.
export { Breach, reasons } from './zmtp/breach.ts';
export { parseCommand, parseErrorReason, parsePing } from './zmtp/codec/commands.ts';
export { checkGreeting } from './zmtp/codec/greeting.ts';
export { parseMetadata } from './zmtp/codec/metadata.ts';
export { createSession } from './zmtp/codec/session.ts';
export { createSubscriptions } from './zmtp/codec/subscriptions.ts';
export { defaultLimits } from './zmtp/limits.ts';
