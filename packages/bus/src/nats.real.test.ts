// The bus on a real nats-server. Needs NATS_SERVER, the program.
import { silentLogger } from '@muster/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busContract } from './contract.ts';
import { createNatsBus } from './nats.ts';
import type { NatsServer } from './testing/nats-server.ts';
import { natsServer, startNatsServer, whyMissing } from './testing/nats-server.ts';

describe.skipIf(!natsServer)(`on a real server${whyMissing()}`, () => {
  let server: NatsServer;
  let clusters = 0;
  beforeAll(async () => {
    server = await startNatsServer();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });
  busContract(
    'NATS',
    async (onError) => {
      const shared = { servers: [server.address], clusterId: `c${clusters++}`, log: silentLogger, onError };
      const near = createNatsBus({ ...shared, name: 'near' });
      const far = createNatsBus({ ...shared, name: 'far' });
      await Promise.all([near.ready, far.ready]);
      return {
        near,
        far,
        async settle() {
          await far.flush();
          await near.flush();
        },
      };
    },
    { describe, test, expect },
  );
});
