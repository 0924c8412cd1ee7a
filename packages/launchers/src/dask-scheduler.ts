// A dask scheduler as a child process (§4.7, become_dask_request).
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MusterError } from '@muster/protocol';

export interface DaskScheduler {
  /** `tcp://IP:PORT`. */
  readonly address: string;
  /** Resolves, when the process has ended, to the reason. */
  readonly ended: Promise<string>;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

export interface DaskSchedulerOptions {
  /** Interpreters to try, in this order: the first that has `distributed` is taken. */
  readonly pythons: readonly string[];
  /** Address to listen on. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How long it may take to start. Default 30 s. */
  readonly timeoutMs?: number;
}

/** Exit status of the program below when Python lacks the package. */
const withoutDistributed = 3;

/**
 * The scheduler's command line, in a Python that ends when its stdin does, and takes its folder (the first argument) along: so
 * nothing outlives us, however we die.
 */
const program = `
import os, shutil, sys, threading
folder = sys.argv.pop(1)
def watch():
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
try:
    from distributed.cli.dask_scheduler import main
except ImportError as error:
    sys.stderr.write(str(error))
    sys.exit(${withoutDistributed})
main()
`;
const keptOutput = 2000;

/** Rejects with MusterError `start_failed`, saying which interpreters were tried and what is missing. */
export async function startDaskScheduler(options: DaskSchedulerOptions): Promise<DaskScheduler> {
  const failures: string[] = [];
  for (const python of new Set(options.pythons)) {
    const started = await tryPython(python, options);
    if (typeof started !== 'string') return started;
    failures.push(`${python}: ${started}`);
  }
  throw new MusterError(
    'start_failed',
    `No dask scheduler could be started (${failures.join('; ')}).`,
    'Install it where the controller or hub runs (python3 -m pip install distributed), or name there the Python that has it: --python, MUSTER_PYTHON.',
  );
}

/** The scheduler, or why there is none. */
/** It runs what clients send it, which need not know the keys and passwords of this program. */
const withoutKeys = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(IPP_(SESSION_KEY|CURVE_.*)|MUSTER_(KEY|CURVE_.*|NATS_.*|MONGODB.*)|MONGODB_URI)$/.test(name),
    ),
  );

async function tryPython(python: string, options: DaskSchedulerOptions): Promise<DaskScheduler | string> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-dask-'));
  const file = join(folder, 'scheduler.json');
  const where = ['--host', options.host, '--port', String(options.port), '--scheduler-file', file];
  const child = spawn(python, ['-c', program, folder, ...where, '--dashboard-address', `${options.host}:0`], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // Its scratch files go with the folder.
    env: { DASK_TEMPORARY_DIRECTORY: folder, ...withoutKeys(process.env) },
  });
  const ended = endOf(child).finally(() => rm(folder, { recursive: true, force: true }));
  try {
    const address = await Promise.race([readAddress(file, options.timeoutMs ?? 30_000), ended]);
    if (typeof address !== 'object') return address;
    return { address: address.address, ended, stop: () => stop(child, ended) };
  } catch (error) {
    await stop(child, ended);
    return (error as Error).message;
  }
}

/** Resolves, when the process has ended or could not be started, to the reason. */
async function endOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-keptOutput);
  });
  const { promise, resolve } = Promise.withResolvers<string>();
  child.once('error', (error) => resolve(error.message));
  child.once('close', (status) =>
    resolve(status === withoutDistributed ? output.trim() : `it ended with status ${status}: ${lastLine(output)}`),
  );
  return promise;
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

async function readAddress(file: string, timeoutMs: number): Promise<{ address: string }> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    try {
      const { address } = JSON.parse(await readFile(file, 'utf8')) as { address?: unknown };
      if (typeof address === 'string') return { address };
    } catch {
      // Not there yet, or half written.
    }
    await delay(50);
  }
  throw new Error(`it did not start within ${timeoutMs / 1000} s`);
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(kill);
}
