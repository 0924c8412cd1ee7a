// Run in a thread: a ROUTER that counts messages in shared memory, so that they are seen by a thread that stands still.
import { parentPort, workerData } from 'node:worker_threads';
import { createZmtpTransport } from '../transport.ts';

const counter = new Int32Array(workerData as SharedArrayBuffer);
const transport = createZmtpTransport({
  onError: (error) => {
    throw error;
  },
});
const router = transport.open({ kind: 'router' });
router.onMessages((batch) => {
  Atomics.add(counter, 0, batch.length);
  Atomics.notify(counter, 0);
});
parentPort!.postMessage(await router.bind('tcp://127.0.0.1:0'));
parentPort!.once('message', () => void transport.close());
