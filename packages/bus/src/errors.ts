import { MusterError } from '@muster/protocol';

export const nobodyServes = (type: string): MusterError =>
  new MusterError('nobody_serves', `No service on the bus answers '${type}'.`);

export const askFailed = (type: string, why: string): MusterError =>
  new MusterError('ask_failed', `'${type}' could not be answered: ${why}`);

export const askTimedOut = (type: string, timeoutMs: number): MusterError =>
  new MusterError(
    'timeout',
    `'${type}' was not answered within ${timeoutMs} ms.`,
    'Check that the service that answers it runs and that NATS can be reached.',
  );

export const busClosed = (): MusterError => new MusterError('bus_closed');

export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
