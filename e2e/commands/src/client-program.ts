// A program of a user: reads a question (JSON) from its input, asks all engines, and prints what they say as one line of JSON.
import { text } from 'node:stream/consumers';
import type { Client } from '@muster/client';
import { connect } from '@muster/client';

const { n, cluster, code } = JSON.parse(await text(process.stdin));
const deadline = performance.now() + 20_000;

/** The controller may still be about to write its files. */
async function connectSoon(): Promise<Client> {
  for (;;) {
    try {
      return await connect({ ...cluster, timeoutMs: 20_000 });
    } catch (error) {
      if ((error as { code?: string }).code !== 'connection_file_missing' || performance.now() > deadline) throw error;
      await new Promise((done) => setTimeout(done, 50));
    }
  }
}

await using client = await connectSoon();
await client.waitForEngines(n, { timeoutMs: 60_000 });
const results = client.engines
  .map(({ id }) => id)
  .toSorted((a, b) => a - b)
  .map((id) => client.view(id).execute(code));
await Promise.all(results);
console.log(JSON.stringify(results.map(({ stdout }) => JSON.parse(stdout))));
