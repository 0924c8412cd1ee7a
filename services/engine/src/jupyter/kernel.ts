// A Jupyter kernel: its process and our ends of its sockets, from its start to its end.
import { rmSync } from 'node:fs';
import type { JsonObject, Message } from '@muster/protocol';
import { MusterError } from '@muster/protocol';
import type { TransportName } from '@muster/transport';
import { createTransport } from '@muster/transport';
import type { ChildExit, GuardedChild } from '../guarded-child.ts';
import { spawnGuarded } from '../guarded-child.ts';
import type { Log } from '../log.ts';
import { createThrottle } from '../log.ts';
import { findOnPath } from '../on-path.ts';
import type { JupyterChannels } from './channels.ts';
import { openChannels } from './channels.ts';
import { kernelArguments, kernelEnvironment } from './command.ts';
import type { JupyterConnection } from './connection.ts';
import { writeConnection } from './connection.ts';
import type { Kernelspec } from './kernelspec.ts';
import type { LogTail } from './log-tail.ts';
import { followOutput } from './log-tail.ts';
import type { Readiness } from './ready.ts';
import { askUntilReady } from './ready.ts';

export interface JupyterOptions {
  readonly spec: Kernelspec;
  readonly cwd: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly transport: TransportName;
  readonly timeoutMs: number;
  readonly log: Log;
  /** After it is ready. */
  readonly onReply: (message: Message) => void;
  readonly onIopub: (message: Message) => void;
}

export interface JupyterKernel {
  /** Content of its kernel_info_reply. */
  readonly info: JsonObject;
  execute(content: JsonObject): string;
  interrupt(): void;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end; after a moment by force. */
  end(restart: boolean): Promise<void>;
  /** Resolves when it has ended and its sockets are closed. */
  readonly exited: Promise<ChildExit>;
}

/** How long it may take to end when it is asked to. */
const endLimitMs = 1000;

/** Another program may take a port between our choice and its use. */
const attempts = 3;
const portTaken = /address (already )?in use|EADDRINUSE/i;

/** Rejects with MusterError `start_failed`, with the end of the kernel's log; then nothing of it is left. */
export async function startJupyterKernel(options: JupyterOptions, stop: AbortSignal): Promise<JupyterKernel> {
  for (let attempt = 1; ; attempt++) {
    const begun = await begin(options);
    try {
      return await bringUp(begun, options, stop);
    } catch (error) {
      begun.child.kill('SIGKILL');
      await begun.exited;
      const { text } = begun.tail;
      if (!stop.aborted && attempt < attempts && portTaken.test(text)) continue;
      const log = text === '' ? 'It wrote nothing.' : `The end of its log:\n${text}`;
      throw new MusterError(
        'start_failed',
        `The kernel ${options.spec.name} ${(error as Error).message}. ${log}`,
        `Try it by itself: ${begun.argv.slice(0, 3).join(' ')} …; or choose another: ipengine --list-kernels`,
      );
    }
  }
}

interface Begun {
  readonly argv: readonly string[];
  readonly child: GuardedChild;
  readonly tail: LogTail;
  readonly channels: JupyterChannels;
  readonly ready: Readiness;
  readonly exited: Promise<ChildExit>;
}

async function begin(options: JupyterOptions): Promise<Begun> {
  const { spec, cwd, log } = options;
  const connection = await writeConnection(spec.name);
  const env = kernelEnvironment(spec, options.env);
  const find = (program: string): string | undefined => findOnPath(program, env, cwd);
  const argv = kernelArguments(spec, connection.path, (path) => find(path) !== undefined);
  if (find(argv[0]!) === undefined) {
    rmSync(connection.folder, { recursive: true });
    throw new MusterError(
      'start_failed',
      `The kernel ${spec.name} cannot be started: there is no program ${argv[0]}.`,
      `${spec.folder}/kernel.json names it: install it, or choose another kernel: ipengine --list-kernels`,
    );
  }
  const child = spawnGuarded(argv, { cwd, env, output: 'pipe', folder: connection.folder });
  const tail = followOutput([child.stdout, child.stderr], (piece) => void process.stderr.write(piece));
  log.debug({ kernel: spec.name, argv }, 'kernel started');
  return { argv, child, tail, ...connect(options, connection, child) };
}

function connect(options: JupyterOptions, connection: JupyterConnection, child: GuardedChild) {
  const { log } = options;
  const throttle = createThrottle();
  const transport = createTransport({
    name: options.transport,
    onError: (error, socket) => log.debug({ socket, error }, 'socket of the kernel'),
  });
  let isReady = false;
  const channels = openChannels({
    transport,
    connection,
    onReply: (message) => (isReady ? options.onReply(message) : ready.onReply(message)),
    onIopub: (message) => (isReady ? options.onIopub(message) : ready.onIopub()),
    onInputAsked: () =>
      throttle(() => log.warn({}, 'the kernel asks for input, which nobody gives: it gets an empty line')),
    onDropped: (error) =>
      throttle((heldBack) => log.warn({ why: (error as Error).message, heldBack }, 'message of the kernel dropped')),
  });
  const ready = askUntilReady(() => void channels.send('shell', 'kernel_info_request', {}), options.timeoutMs);
  void ready.answered.then(
    () => {
      isReady = true;
    },
    () => {},
  );
  const exited = child.exited.then(async (exit) => {
    ready.stop();
    await channels.close();
    await transport.close();
    return exit;
  });
  return { channels, ready, exited };
}

async function bringUp(begun: Begun, { spec }: JupyterOptions, stop: AbortSignal): Promise<JupyterKernel> {
  const { child, channels, ready, exited } = begun;
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onStop = (): void => reject(new Error('was stopped'));
  stop.addEventListener('abort', onStop);
  if (stop.aborted) onStop();
  const died = exited.then(({ code, signal }) => {
    throw new Error(`ended at its start (${signal ?? `exit status ${code}`})`);
  });
  try {
    const info = await Promise.race([ready.answered, died, stopped]);
    return {
      info,
      execute: (content) => channels.send('shell', 'execute_request', content),
      interrupt() {
        if (spec.interruptMode === 'message') channels.send('control', 'interrupt_request', {});
        else child.kill('SIGINT');
      },
      kill: child.kill,
      async end(restart) {
        channels.send('control', 'shutdown_request', { restart });
        const timer = setTimeout(child.kill, endLimitMs, 'SIGKILL');
        await exited;
        clearTimeout(timer);
      },
      exited,
    };
  } finally {
    stop.removeEventListener('abort', onStop);
    died.catch(() => {});
    stopped.catch(() => {});
  }
}
