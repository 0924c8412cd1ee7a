// Entry of the kernel process, the nanny's child.
import process from 'node:process';
import { setTimeout } from 'node:timers';
import type { JsonObject } from '@muster/protocol';
import { createLogFile, type LogFileLimits } from '@muster/telemetry/log-file';
import type { KernelSetup, ToKernel, ToNanny } from '../ipc.ts';
import { createLog } from '../log.ts';
import { captureOutput } from './capture.ts';
import type { Kernel } from './kernel.ts';
import { createKernel } from './kernel.ts';
import { createOutput } from './output.ts';

if (process.send === undefined) {
  process.stderr.write('This is the inner part of an engine; start one by: ipengine\n');
  process.exit(2);
}
const send = process.send.bind(process) as (message: ToNanny) => boolean;
const exit = process.exit.bind(process);
const sinceStartMs = (): number => Math.round(performance.now());
let kernel: Kernel | undefined;

// Without its nanny an engine is deaf and would be an orphan.
process.on('disconnect', () => exit(0));
// Interrupts and the end come through the nanny; signals to the whole process group (a terminal's Ctrl-C, a launcher's
// SIGTERM) reach this process too, and would end it before it has answered.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('message', (message: ToKernel) => {
  switch (message.type) {
    case 'connect':
      return start(message.setup);
    case 'registered':
      kernel?.registered(message.id);
      return void send({ type: 'ready', sinceStartMs: sinceStartMs() });
    case 'abort':
      return kernel?.abort(message.msgIds, message.serial);
    case 'clear':
      return clear(message.serial);
    case 'interrupt':
      return kernel?.interrupt(message.serial);
    case 'end':
      return kernel === undefined ? exit(0) : kernel.end(message.restart);
  }
});
send({ type: 'loaded', sinceStartMs: sinceStartMs() });

function start(setup: KernelSetup): void {
  try {
    const output = createOutput((name, text, parent: JsonObject) => kernel?.publishText(name, text, parent));
    const writeLog = captureOutput(output);
    const name = `engine ${setup.uuid.slice(0, 8)} kernel`;
    const write = withFile(setup.logFile, writeLog);
    const log = createLog(setup.logLevel, () => name, write, setup.logFormat);
    kernel = createKernel({
      setup,
      output,
      log,
      onAborted: (serial) => send({ type: 'done', serial }),
      onInterrupted: (serial, what) => send({ type: 'interrupted', serial, what }),
      onEnded: () => exit(0),
    });
  } catch (error) {
    send({ type: 'failed', why: (error as Error).message });
    setTimeout(exit, 100, 1);
    return;
  }
  process.on('uncaughtException', (error) => kernel?.tellUncaught('Uncaught', error));
  process.on('unhandledRejection', (reason) => kernel?.tellUncaught('Unhandled rejection', reason));
}

/** The nanny's log file is the kernel's, too. */
function withFile(limits: LogFileLimits | undefined, write: (line: string) => void): (line: string) => void {
  if (limits === undefined) return write;
  const file = createLogFile({ ...limits, say: (trouble) => write(`${trouble}\n`) });
  return (line) => {
    write(line);
    file.write(line);
  };
}

function clear(serial: number): void {
  let failure: JsonObject | undefined;
  try {
    kernel?.clear();
  } catch (error) {
    failure = { ename: (error as Error).name, evalue: (error as Error).message };
  }
  send({ type: 'done', serial, failure });
}
