// Where a controller logs to, and what it says of its start: one line each, as people look for them.
import type { ConnectionPaths, Connections, ProfileClaim } from '@muster/config';
import { profilePart } from '@muster/config';
import { MusterError } from '@muster/protocol';
import type { TaskStore } from '@muster/task-store';
import { createLogger, createLogOutput, type Logger } from '@muster/telemetry';
import type { TransportName } from '@muster/transport';
import type { ControllerValues } from './settings.ts';

export interface OpenLog {
  readonly log: Logger;
  /** The file's path; undefined: there is none. */
  readonly path: string | undefined;
  /** For the file alone: why the program ends, which the terminal is told by whoever called it. */
  noteEnd(error: unknown): void;
  close(): void;
}

/** Lines for the terminal and for a file of the profile, which must be there. */
export function openLog(values: ControllerValues, profileDir: string): OpenLog {
  const { clusterId, logFileBytes: maxBytes, logFiles: files, cleanLogs: clean, logToFile } = values;
  const name = clusterId === '' ? 'ipcontroller' : `ipcontroller-${clusterId}`;
  const choice = { folder: profilePart(profileDir, 'log'), name, maxBytes, files, clean };
  const output = createLogOutput(logToFile ? choice : undefined);
  const shape = { level: values.logLevel, format: values.logFormat };
  const noteEnd = (error: unknown): void => {
    const fields = error instanceof MusterError ? { why: error.message, remedy: error.remedy } : { err: error };
    const file = createLogger({ ...shape, write: output.writeToFile }).child({ service: 'controller' });
    file.error(fields, 'ended by an error');
  };
  process.on('uncaughtExceptionMonitor', noteEnd);
  return {
    log: createLogger({ ...shape, write: output.write }),
    path: output.path,
    noteEnd,
    close() {
      process.off('uncaughtExceptionMonitor', noteEnd);
      output.close();
    },
  };
}

/** Who and where it is. */
export function sayBeginning(log: Logger, profileDir: string, claim: ProfileClaim, logFile: string | undefined): void {
  const own = log.child({ service: 'controller' });
  own.info({ profileDir, pid: process.pid }, 'controller starting');
  if (claim.replaced !== undefined)
    own.warn({ path: claim.pidFile, pid: claim.replaced }, 'stale pid file taken over: its process has ended');
  own.info({ path: claim.pidFile }, 'pid file written');
  if (logFile !== undefined) own.info({ path: logFile }, 'logging to a file');
}

export interface Started {
  readonly connections: Connections;
  readonly paths: ConnectionPaths;
  /** The connection files are those of an earlier controller. */
  readonly isReused: boolean;
  /** Path of the engine-state file. */
  readonly engineState: string;
  readonly store: TaskStore;
  readonly transport: TransportName;
}

/** What runs now, and where the files are. */
export function sayStarted(log: Logger, values: ControllerValues, started: Started): void {
  const { connections, paths, isReused, engineState, store, transport } = started;
  const { scheme, hwm, heartbeatPeriodMs, maxMisses } = values;
  const hub = log.child({ service: 'hub' });
  const { engine, client } = connections;
  const urls = [`${engine.interface}:${engine.registration}`, `${client.interface}:${client.registration}`];
  for (const url of new Set(urls)) hub.info({ url }, 'hub listening for registration');
  hub.info({ db: values.store, store: store.name }, 'hub using database');
  log.child({ service: 'task-scheduler' }).info({ scheme, hwm }, 'task scheduler started');
  log.child({ service: 'heartmonitor' }).info({ periodMs: heartbeatPeriodMs, maxMisses }, 'heartmonitor started');
  const own = log.child({ service: 'controller' });
  const { client: clientFile, engine: engineFile } = paths;
  own.info(
    { client: clientFile, engine: engineFile },
    isReused ? 'connection files reused' : 'connection files written',
  );
  own.info({ path: engineState }, 'engines are listed in a file');
  own.info({ transport }, 'ready');
}
