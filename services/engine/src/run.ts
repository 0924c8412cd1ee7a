// ipengine as a program: settings, signals and the log around the nanny.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { MusterError } from '@muster/protocol';
import { chooseKernel } from './choose-kernel.ts';
import type { Invocation } from './invocation.ts';
import { noInvocation } from './invocation.ts';
import { createLog } from './log.ts';
import { mpiRank, usesMpi } from './mpi.ts';
import { openRoute, waitForOtherFile } from './nanny/connection.ts';
import { crashFields, runNanny } from './nanny/nanny.ts';
import { openLogOutput } from './open-log.ts';
import type { EngineValues } from './settings.ts';
import { readStartup } from './startup.ts';

/** Exit status of an engine that could not register, as Python's (§4.2). */
const notRegistered = 255;

/**
 * Runs an engine until a signal, a client or a crash ends it. Resolves to the exit status: 0 after an orderly end, 1 when
 * the kernel crashed or the controller was lost, 255 when the controller refused it or did not answer. What a person can
 * mend before that rejects with MusterError (`connection_file_…`, `bad_option`, `start_failed`). With --kernel=python the process
 * becomes Python's engine: its end is that of the process.
 */
export async function runEngine(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  invocation: Invocation = noInvocation,
): Promise<number> {
  let name = 'engine';
  const output = openLogOutput(values, env);
  const log = createLog(values.logLevel, () => name, output.write, values.logFormat);
  const { logLevel, logFormat, maxMessageBytes, maxQueued, transport } = values;
  const cwd = readWorkDir(values);
  const uuid = readUuid(values);
  if (values.kernel === 'python') {
    readStartup(values, 'python');
    const { runPython } = await import('./python/run-python.ts');
    return runPython(values, env, invocation, log);
  }
  refuseRest(values, invocation);
  const { kind, language } = await chooseKernel(values, env, log);
  const setup = {
    logLevel,
    logFormat,
    logFile: output.shared,
    transport,
    maxMessageBytes,
    maxQueued,
    startup: readStartup(values, language),
  };
  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping');
    stopping.abort(new Error(signal));
  };
  // An interrupt is for the code that runs; without one it means nothing.
  const interrupted = new Set<() => void>();
  const onInterrupted = (): void => {
    for (const listener of interrupted) listener();
  };
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  process.on('SIGINT', onInterrupted);
  try {
    for (;;) {
      const route = openRoute(values, env, log, stopping.signal);
      const end = await runNanny({
        kind,
        connection: route.connection,
        setup,
        cwd,
        env,
        requestedId: values.id ?? (usesMpi(values) ? (mpiRank(env) ?? null) : null),
        uuid,
        noticeMs: values.timeoutS * 1000,
        limitMs: Math.max(values.timeoutS, values.registrationLimitS) * 1000,
        maxMisses: values.maxMisses,
        log,
        onRegistered: (id) => {
          name = `engine ${id}`;
        },
        whenElsewhere: (signal) => waitForOtherFile(values, env, signal),
        stop: stopping.signal,
        onInterrupt: (listener) => {
          interrupted.add(listener);
          return () => void interrupted.delete(listener);
        },
      }).finally(route.close);
      switch (end.why) {
        case 'replace':
          continue;
        case 'crashed':
          log.error(crashFields(end.exit), 'the kernel crashed; the controller has been told');
          return 1;
        case 'lost controller':
          log.error({ misses: end.misses }, 'no heartbeat from the controller: the engine ends');
          return 1;
        default:
          log.info({ why: end.why }, 'engine ended');
          return 0;
      }
    }
  } catch (error) {
    if (!(error instanceof MusterError) || !['timeout', 'registration_refused'].includes(error.code)) throw error;
    log.error({ why: error.message, remedy: error.remedy }, 'not registered');
    return notRegistered;
  } finally {
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
    process.off('SIGINT', onInterrupted);
    output.close();
  }
}

/** Throws MusterError `unknown_option` for arguments that only Python's engine takes. */
function refuseRest({ kernel }: EngineValues, { rest }: Invocation): void {
  if (rest.length === 0) return;
  throw new MusterError(
    'unknown_option',
    `Nothing is expected behind -- with --kernel=${kernel}.`,
    'With --kernel=python it is passed on to the ipengine of ipyparallel.',
  );
}

/** Undefined: a new one. Throws MusterError `bad_option` when it cannot be a ZeroMQ identity and part of a header. */
function readUuid({ uuid }: EngineValues): string | undefined {
  if (uuid === '' || /^[!-~]{1,255}$/.test(uuid)) return uuid || undefined;
  throw new MusterError(
    'bad_option',
    '--uuid: this cannot be the identity of an engine.',
    'Give 1 to 255 printable characters of ASCII without spaces, or leave it out.',
  );
}

/** Throws MusterError `bad_option` when it is no folder. */
function readWorkDir({ workDir }: EngineValues): string | undefined {
  if (workDir === '') return undefined;
  if (statSync(workDir, { throwIfNoEntry: false })?.isDirectory()) return resolve(workDir);
  throw new MusterError('bad_option', `--work-dir: ${workDir} is not a folder.`, 'Make it, or name another one.');
}
