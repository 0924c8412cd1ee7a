// The kernel's watch: a thread that goes on when user code keeps the main thread busy. It ends code that an interrupt
// cannot reach otherwise, and the whole process when the nanny is gone.
import { Session } from 'node:inspector';
import { Socket } from 'node:net';
import process from 'node:process';
import { parentPort, workerData } from 'node:worker_threads';
import { watchFd } from '../ipc.ts';

/** How long the main thread may take to handle an interrupt itself. */
const patienceMs = 100;

const handled = new Int32Array((workerData as { readonly handled: SharedArrayBuffer }).handled);
const pipe = new Socket({ fd: watchFd, readable: true, writable: false });

/** Serials are 4 bytes each; a pipe may split them. */
let rest = Buffer.alloc(0);
pipe.on('data', (chunk: Buffer) => {
  rest = Buffer.concat([rest, chunk]);
  const whole = rest.length - (rest.length % 4);
  if (whole === 0) return;
  const serial = rest.readUInt32LE(whole - 4);
  rest = rest.subarray(whole);
  setTimeout(() => {
    if (Atomics.load(handled, 0) < serial) terminate(serial);
  }, patienceMs);
});
pipe.on('error', () => process.kill(process.pid, 'SIGKILL'));
pipe.on('close', () => process.kill(process.pid, 'SIGKILL'));

/** Ends whatever JavaScript the main thread is running, as a debugger's stop button does. */
function terminate(serial: number): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => {
    session.disconnect();
    parentPort?.postMessage(serial);
  });
}
