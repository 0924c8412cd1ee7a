// A lock between processes that cannot go stale: it is held by a small program that ends with the pipe we hold, and so
// with this process, however that ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Runs `work` while no other process holds the lock of that file. `onWait` is called when another does. */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const released = new Promise((done) => holder.on('close', done));
  const waiting = setTimeout(() => onWait?.(), 1000);
  try {
    await Promise.race([
      once(holder.stdout, 'data'),
      once(holder, 'error').then(([error]) => Promise.reject(error)),
      released.then(() => Promise.reject(new Error(`flock could not lock ${file}`))),
    ]);
    clearTimeout(waiting);
    return await work();
  } finally {
    clearTimeout(waiting);
    holder.stdin.end();
    await released;
  }
}
