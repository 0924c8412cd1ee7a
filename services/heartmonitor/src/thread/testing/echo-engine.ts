// An engine's heart in a thread of its own (§2.6): echoes pings, and counts them where the test can see it while it is blocked.
import { parentPort, workerData } from 'node:worker_threads';
import type { CurveClient } from '@muster/transport';
import { createTransport, transportInUse } from '@muster/transport';

export interface EchoStart {
  readonly uuid: string;
  readonly ping: string;
  readonly pong: string;
  readonly curve?: CurveClient;
  /** [0]: pings heard; [1]: not 0: pings are not echoed any more. */
  readonly counts: Int32Array;
}

const { uuid, ping, pong, curve, counts } = workerData as EchoStart;
const name = transportInUse('zmtp', curve !== undefined);
const transport = createTransport({
  name,
  onError(error) {
    throw error;
  },
});
const security = curve && { curve };
const out = transport.open({ kind: 'dealer', identity: uuid, ...security });
const heard = transport.open({ kind: 'sub', ...security });
heard.onMessages((batch) => {
  for (const { frames } of batch) {
    Atomics.add(counts, 0, 1);
    if (Atomics.load(counts, 1) === 0) out.send('', frames);
  }
});
out.connect(pong);
heard.connect(ping);
parentPort!.once('message', () => void transport.close().then(() => parentPort!.close()));
