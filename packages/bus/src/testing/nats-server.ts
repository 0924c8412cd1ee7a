// A real nats-server on loopback, for tests. NATS_SERVER names the program.
import type { NatsServer } from '@muster/testkit';
import { missingPart, startNatsServer as start } from '@muster/testkit';

export type { NatsServer };

export const natsServer = process.env.NATS_SERVER;

/** The end of a test suite's title: why it is skipped. Throws when nothing may be skipped. */
export const whyMissing = (): string =>
  natsServer === undefined ? ` (${missingPart('nats-server', 'E2E_PROVISION=1 npm test -- unit')})` : '';

/** Starts one on a free port; `config` is text in the language of its configuration file. */
export const startNatsServer = (config = '', port?: number): Promise<NatsServer> =>
  start(natsServer!, { config, port });
