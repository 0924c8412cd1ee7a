// A real nats-server on loopback, for tests. NATS_SERVER names the program.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Program } from '@muster/testkit';
import { missingPart, startProgram, temporaryFolder } from '@muster/testkit';

export const natsServer = process.env.NATS_SERVER;

/** The end of a test suite's title: why it is skipped. Throws when nothing may be skipped. */
export const whyMissing = (): string =>
  natsServer === undefined ? ` (${missingPart('nats-server', 'E2E_PROVISION=1 npm test -- unit')})` : '';

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

/** Starts one on a free port; `config` is text in the language of its configuration file. */
export async function startNatsServer(config = '', port?: number): Promise<NatsServer> {
  const folder = await temporaryFolder('nats');
  let taken = port;
  let program: Program | undefined;

  async function start(): Promise<void> {
    const file = join(folder.path, 'nats.conf');
    await writeFile(file, `store_dir: ${JSON.stringify(folder.path)}\n${config}\n`);
    const listen = ['--addr', '127.0.0.1', '--port', String(taken ?? -1)];
    program = await startProgram([natsServer!, '--config', file, ...listen]);
    await program.says('Server is ready');
    const [, port] = /Listening for client connections on 127\.0\.0\.1:(\d+)/.exec(program.output) ?? [];
    taken = Number(port);
  }
  async function stop(): Promise<void> {
    await program?.stop({ signal: 'SIGKILL' });
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
      return program!.output;
    },
    kill: (signal) => void process.kill(program!.pid, signal),
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop();
      await folder.remove();
    },
  };
}
