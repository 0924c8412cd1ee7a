import { expect, test } from 'vitest';
import { connect } from './index.ts';

const connection = { interface: 'tcp://127.0.0.1' } as never;

test('a transport that there is not is refused, by option and by environment', async () => {
  await expect(connect({ connection, transport: 'tcp' as never })).rejects.toMatchObject({
    code: 'bad_option',
    message: "transport: there is no transport 'tcp'.",
  });
  await expect(connect({ connection, env: { MUSTER_TRANSPORT: 'tcp' } })).rejects.toMatchObject({
    code: 'bad_option',
    message: "$MUSTER_TRANSPORT: there is no transport 'tcp'.",
  });
});
