// Real programs for tests: started with their output captured, stopped with all that they started.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { killAll, processesOf, sendSignal } from './processes.ts';
import { guardRun, runTag, runVariable } from './run-guard.ts';
import { until } from './until.ts';

export interface ProgramOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Text for the program's standard input, which is then closed; without it, input is empty. */
  readonly input?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** What its descendants carry: see processesOf. */
  readonly tag: string;
  /** Standard output and error so far, as they came; the last MiB of it. */
  readonly output: string;
  /** Standard output alone. */
  readonly stdout: string;
  /** How it ended; undefined while it runs. */
  readonly exit: Exit | undefined;
  /** Resolves when it has ended and its output is complete. */
  readonly exited: Promise<Exit>;
  /** Waits for text in the output; rejects when it does not come within `timeoutMs` or the program ends before. */
  says(pattern: RegExp | string, timeoutMs?: number): Promise<void>;
  /**
   * Ends the program's process group by a signal (default SIGTERM), after `graceMs` (default 5,000) by SIGKILL; then
   * kills whatever it started elsewhere. Resolves to how the program itself ended.
   */
  stop(options?: { readonly signal?: NodeJS.Signals; readonly graceMs?: number }): Promise<Exit>;
}

const keptChars = 1024 * 1024;
let count = 0;

/** Starts a program in a process group of its own. Rejects when it cannot be started. */
export async function startProgram(argv: readonly string[], options: ProgramOptions = {}): Promise<Program> {
  guardRun();
  const [command, ...args] = argv;
  const tag = `${runTag}/${++count}`;
  const child = spawn(command!, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, [runVariable]: tag },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const capture = captureOutput(child, options.onOutput);
  const ended = new Promise<Exit>((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.on('spawn', resolve);
    child.on('error', reject);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return programOf(child, tag, ended, capture, argv);
}

interface Capture {
  all: string;
  stdout: string;
  /** Both streams have ended. */
  readonly complete: Promise<unknown>;
}

function captureOutput(child: ChildProcess, onOutput?: (text: string) => void): Capture {
  const streams = [child.stdout!, child.stderr!];
  const capture: Capture = {
    all: '',
    stdout: '',
    complete: Promise.all(streams.map((stream) => new Promise((done) => stream.on('close', done)))),
  };
  for (const stream of streams)
    stream.setEncoding('utf8').on('data', (text: string) => {
      capture.all = (capture.all + text).slice(-keptChars);
      if (stream === child.stdout) capture.stdout = (capture.stdout + text).slice(-keptChars);
      onOutput?.(text);
    });
  return capture;
}

function programOf(child: ChildProcess, tag: string, ended: Promise<Exit>, capture: Capture, argv: readonly string[]) {
  const pid = child.pid!;
  let exit: Exit | undefined;
  void ended.then((how) => {
    exit = how;
  });
  // A daemon that inherited the pipes keeps them open: do not wait for it longer than a moment.
  const exited = ended.then(async (how) => {
    await Promise.race([capture.complete, new Promise((done) => setTimeout(done, 500))]);
    return how;
  });
  const stop: Program['stop'] = async ({ signal = 'SIGTERM', graceMs = 5000 } = {}) => {
    const timer = setTimeout(() => sendSignal(-pid, 'SIGKILL'), graceMs);
    if (exit === undefined) sendSignal(-pid, signal);
    const how = await exited;
    clearTimeout(timer);
    await until(async () => (await killAll(tag)).length === 0, { what: `no process of ${argv[0]} is left` });
    child.stdout?.destroy();
    child.stderr?.destroy();
    return how;
  };
  const says: Program['says'] = async (pattern, timeoutMs) => {
    const matches = (): boolean =>
      typeof pattern === 'string' ? capture.all.includes(pattern) : pattern.test(capture.all);
    await until(() => matches() || exit !== undefined, {
      what: () => `${argv.join(' ')} says ${pattern}. It said:\n${capture.all}`,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    if (!matches())
      throw new Error(`${argv.join(' ')} ended (${exit?.code}) without saying ${pattern}:\n${capture.all}`);
  };
  const program: Program = {
    pid,
    tag,
    exited,
    get output() {
      return capture.all;
    },
    get stdout() {
      return capture.stdout;
    },
    get exit() {
      return exit;
    },
    says,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
  return program;
}

export interface Finished extends Exit {
  /** What those that it left behind carry. */
  readonly tag: string;
  readonly output: string;
  readonly stdout: string;
  /** Descendants that were still there when the program had ended; left alone with `leaveDaemons`, else killed. */
  readonly leftBehind: readonly string[];
}

/**
 * Runs a program to its end. After `timeoutMs` (default 60,000) it is stopped, and the promise rejects with its output.
 * With `leaveDaemons`, processes that it leaves behind go on until this run ends (they carry `runTag`).
 */
export async function runProgram(
  argv: readonly string[],
  options: ProgramOptions & { readonly timeoutMs?: number; readonly leaveDaemons?: boolean } = {},
): Promise<Finished> {
  const program = await startProgram(argv, options);
  const timeoutMs = options.timeoutMs ?? 60_000;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((done) => {
    timer = setTimeout(() => done('late'), timeoutMs);
  });
  const exit = await Promise.race([program.exited, late]);
  clearTimeout(timer);
  if (exit === 'late') {
    await program.stop();
    throw new Error(`${argv.join(' ')} did not end within ${timeoutMs} ms. It said:\n${program.output}`);
  }
  const leftBehind = (await processesOf(program.tag)).map(({ command }) => command);
  if (!options.leaveDaemons) await program.stop();
  return { ...exit, tag: program.tag, output: program.output, stdout: program.stdout, leftBehind };
}
