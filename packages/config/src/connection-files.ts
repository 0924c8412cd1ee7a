// Connection files on disk (§1.1): names, atomic writing with mode 0600, reading with checks, waiting.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConnection, EngineConnection } from '@muster/protocol';
import { formatConnection, MusterError, parseClientConnection, parseEngineConnection } from '@muster/protocol';
import { isMissing, removeFile, writeFileAtomically } from './files.ts';
import { folderError } from './folder-error.ts';
import { profileLabel, profilePart, reason } from './profiles.ts';

export interface ConnectionPaths {
  readonly client: string;
  readonly engine: string;
  /** Secret CURVE keys of a controller that keeps its identity. */
  readonly curveKeys: string;
}

/** `security/ipcontroller[-CLUSTER_ID]-client.json`, `…-engine.json` and `…-curve.json`. */
export function connectionPaths(profileDir: string, clusterId: string): ConnectionPaths {
  const stem = join(
    profilePart(profileDir, 'security'),
    `ipcontroller-${checkClusterId(clusterId) && `${clusterId}-`}`,
  );
  return { client: `${stem}client.json`, engine: `${stem}engine.json`, curveKeys: `${stem}curve.json` };
}

/** `log/enginesCLUSTER_ID.json`: the engines that are registered, written by the controller (§7.5). */
export const engineStatePath = (profileDir: string, clusterId: string): string =>
  join(profilePart(profileDir, 'log'), `engines${checkClusterId(clusterId)}.json`);

/** The id, when it can be part of a file name; else throws MusterError `bad_option`. */
export function checkClusterId(clusterId: string): string {
  if (/[/\\\0]/.test(clusterId) || clusterId.length > 100) {
    throw new MusterError('bad_option', `'${clusterId}' cannot be a cluster id.`, 'Use letters, digits, - and _.');
  }
  return clusterId;
}

/** Writes the client's file, then the engines', as Python does. */
export function writeConnectionFiles(paths: ConnectionPaths, client: ClientConnection, engine: EngineConnection): void {
  try {
    writeFileAtomically(paths.client, formatConnection(client));
    writeFileAtomically(paths.engine, formatConnection(engine));
  } catch (error) {
    throw folderError('The connection files cannot be written', dirname(paths.client), error);
  }
}

export function removeConnectionFiles(paths: ConnectionPaths): void {
  removeFile(paths.client);
  removeFile(paths.engine);
}

export interface ReadOptions {
  /** How long a file that is there but cannot be parsed is read again; it may be half written. Default 500. */
  readonly patienceMs?: number;
  /** Take a file that others can read, e.g. a mounted secret. Default: refuse. */
  readonly allowExposed?: boolean;
}

/** Throws MusterError `connection_file_missing`, `…_invalid` or `…_exposed`, each with the remedy. */
export const readClientConnection = (path: string, options?: ReadOptions): Promise<ClientConnection> =>
  read(path, parseClientConnection, options);

/** As readClientConnection. */
export const readEngineConnection = (path: string, options?: ReadOptions): Promise<EngineConnection> =>
  read(path, parseEngineConnection, options);

/** The connection, with the server key of the environment where the file has none, as Python's clients and engines have it. */
export const withServerKey = <C extends ClientConnection | EngineConnection>(
  connection: C,
  env: { readonly IPP_CURVE_SERVERKEY?: string | undefined },
): C => ({ ...connection, curve_serverkey: connection.curve_serverkey ?? (env.IPP_CURVE_SERVERKEY || null) });

/** Larger files are no connection files. */
const maxFileBytes = 1_000_000;
const pollMs = 20;

async function read<T>(path: string, parse: (text: string, where: string) => T, options: ReadOptions = {}): Promise<T> {
  const deadline = performance.now() + (options.patienceMs ?? 500);
  for (;;) {
    try {
      return parse(readChecked(path, options.allowExposed ?? false), path);
    } catch (error) {
      const half = error instanceof MusterError && error.code === 'connection_file_invalid';
      if (!half || performance.now() >= deadline) throw error;
    }
    await delay(pollMs);
  }
}

function readChecked(path: string, allowExposed: boolean): string {
  try {
    const { mode, size } = statSync(path);
    if (!allowExposed) refuseExposed(path, mode);
    if (size > maxFileBytes)
      throw new MusterError('connection_file_invalid', `${path}: not a connection file (too large)`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof MusterError) throw error;
    if (isMissing(error)) throw new MusterError('connection_file_missing', `${path} does not exist.`);
    throw new MusterError('connection_file_invalid', `${path} cannot be read: ${reason(error)}`);
  }
}

/** Throws MusterError `connection_file_exposed` when others than the owner may read or write a file with keys. */
export function refuseExposed(path: string, mode: number): void {
  if (process.platform === 'win32' || (mode & 0o066) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  throw new MusterError(
    'connection_file_exposed',
    `${path} holds the key of the cluster, and others can use it (mode ${octal}).`,
    `Run: chmod 600 ${path}`,
  );
}

export interface WaitOptions {
  readonly timeoutMs: number;
  /** Ends the wait; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Waits until the file is there. Throws MusterError `connection_file_missing` when it does not come in time. */
export async function waitForFile(path: string, options: WaitOptions): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  while (statSync(path, { throwIfNoEntry: false }) === undefined) {
    options.signal?.throwIfAborted();
    if (performance.now() >= deadline) {
      const late = `${path} did not appear within ${options.timeoutMs / 1000} s.`;
      throw new MusterError('connection_file_missing', late, remedyAt(dirname(dirname(path))));
    }
    await delay(pollMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

/** Nobody may have made that profile. */
function remedyAt(profileDir: string): string | undefined {
  const label = profileLabel(profileDir);
  if (existsSync(profileDir) || label === profileDir) return undefined;
  return `There is no profile ${label}: make it with muster profile create ${label}, start a cluster in it (ipcluster start --profile=${label}), or name another one.`;
}
