import { defaultLimits } from '@muster/transport/zmtp-codec';

/** Small ones, so that inputs reach them. */
export const limits = {
  ...defaultLimits(),
  frameBytes: 2_000,
  messageBytes: 4_000,
  framesPerMessage: 20,
  commandBytes: 300,
  metadataProperties: 8,
  subscriptions: 50,
  subscriptionBytes: 500,
};
/** For frames that are read straight into their own memory, and grow as they come. */
export const largeLimits = { ...limits, frameBytes: 3_000_000, messageBytes: 4_000_000 };
export type FuzzLimits = typeof limits;

/** What a message that is not whole, and a command, may hold. */
export const mostHeld = ({ messageBytes, commandBytes, framesPerMessage }: FuzzLimits): number =>
  messageBytes + commandBytes + framesPerMessage * 128;
