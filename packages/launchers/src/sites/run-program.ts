// Runs a program with text for its stdin, and ends it when it takes too long or says too much.
import { spawn } from 'node:child_process';

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type ProgramFault = 'missing' | 'late' | 'talkative';

const maxOutputBytes = 16 * 1024 * 1024;

/** Resolves to how it ended, or to why there is no end: no such program, not in time, more than 16 MiB of output. */
export function runToEnd(
  argv: readonly [string, ...string[]],
  options: {
    readonly stdin: string;
    readonly timeoutMs: number;
    readonly env: NodeJS.ProcessEnv;
    readonly cwd?: string | undefined;
  },
): Promise<Ended | ProgramFault> {
  const { promise, resolve } = Promise.withResolvers<Ended | ProgramFault>();
  const child = spawn(argv[0], argv.slice(1), { cwd: options.cwd, env: options.env, stdio: 'pipe' });
  const stop = (fault: ProgramFault): void => {
    resolve(fault);
    child.kill('SIGKILL');
    // What it started may hold the pipes open: they are of no use any more.
    for (const stream of child.stdio) stream?.destroy();
  };
  const timer = setTimeout(() => stop('late'), options.timeoutMs);
  let sizeBytes = 0;
  const read = (stream: NodeJS.ReadableStream): Buffer[] => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxOutputBytes) stop('talkative');
      else chunks.push(chunk);
    });
    return chunks;
  };
  const stdout = read(child.stdout);
  const stderr = read(child.stderr);
  child.once('error', () => {
    clearTimeout(timer);
    resolve('missing');
  });
  child.once('close', (code) => {
    clearTimeout(timer);
    resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
  });
  // One that ends without reading all of it says why by its status.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin);
  return promise;
}
