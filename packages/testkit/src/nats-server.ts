import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from './program.ts';
import { startProgram } from './program.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** What it says, since it was started last. */
  readonly output: string;
  kill(signal: NodeJS.Signals): void;
  /** Ends it at once, as a crash would. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
}

export interface NatsServerOptions {
  /** Text in the language of its configuration file. */
  readonly config?: string;
  /** Default: a free one. */
  readonly port?: number | undefined;
}

/** Starts a nats-server on loopback; `program` is its path. */
export async function startNatsServer(program: string, options: NatsServerOptions = {}): Promise<NatsServer> {
  const folder = await temporaryFolder('nats');
  let taken = options.port;
  let running: Program | undefined;

  async function start(): Promise<void> {
    const file = join(folder.path, 'nats.conf');
    await writeFile(file, `store_dir: ${JSON.stringify(folder.path)}\n${options.config ?? ''}\n`);
    const listen = ['--addr', '127.0.0.1', '--port', String(taken ?? -1)];
    running = await startProgram([program, '--config', file, ...listen]);
    await running.says('Server is ready');
    const [, port] = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(running.output) ?? [];
    taken = Number(port);
  }
  async function stop(): Promise<void> {
    await running?.stop({ signal: 'SIGKILL' });
  }
  await start();
  return {
    get port() {
      return taken!;
    },
    get address() {
      return `127.0.0.1:${taken}`;
    },
    get output() {
      return running!.output;
    },
    kill: (signal) => void process.kill(running!.pid, signal),
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await folder.remove();
    },
  };
}
