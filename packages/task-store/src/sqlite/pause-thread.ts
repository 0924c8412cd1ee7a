/** Stops this thread, which is that of the database and serves nobody else, for a while. */
export function pauseThread(timeoutMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, timeoutMs);
}
