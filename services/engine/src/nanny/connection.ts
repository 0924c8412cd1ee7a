// How the engine learns where its controller is (§1.1, §1.3).
import { existsSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  connectionPaths,
  readEngineConnection,
  readIfThere,
  resolveProfileDir,
  waitForFile,
  withServerKey,
} from '@muster/config';
import type { EngineConnection } from '@muster/protocol';
import { MusterError, parseEngineConnection } from '@muster/protocol';
import { overrideAddress, reachableInterface } from '../core/index.ts';
import type { Log } from '../log.ts';
import type { EngineValues } from '../settings.ts';

/**
 * The controller's connection, with the interface by which it is reached from here. Waits for the file.
 * Throws MusterError `connection_file_missing`, `…_invalid`, `…_exposed` or `bad_option`.
 */
export async function findConnection(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  log: Log,
  signal: AbortSignal,
): Promise<EngineConnection> {
  const found = withServerKey(await readConnection(values, env, log, signal), env);
  if (found.ssh !== '')
    throw new MusterError(
      'bad_option',
      `The connection file asks for an SSH tunnel through ${found.ssh}, which a Node engine cannot make.`,
      'Forward the ports yourself (ssh -L) and give --url, or let the controller listen on an address that engines reach (--ip).',
    );
  if (values.url !== '') {
    const overridden = overrideAddress(found, values.url);
    if (overridden === undefined)
      throw new MusterError(
        'bad_option',
        `--url: '${values.url}' is not an address.`,
        'Give tcp://HOST or tcp://HOST:PORT.',
      );
    return overridden;
  }
  const place = { hostname: hostname(), addresses: ownAddresses() };
  return { ...found, interface: reachableInterface(found, place, values.location || found.location) };
}

async function readConnection(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  log: Log,
  signal: AbortSignal,
): Promise<EngineConnection> {
  const path = fileOf(values, env);
  if (path === undefined) return parseEngineConnection(env.IPP_CONNECTION_INFO!, '$IPP_CONNECTION_INFO');
  if (!existsSync(path)) log.info({ path, seconds: values.waitForFileS }, 'waiting for the connection file');
  await waitForFile(path, { timeoutMs: values.waitForFileS * 1000, signal });
  return readEngineConnection(path);
}

/** Undefined: the environment says it all. */
function fileOf(values: EngineValues, env: NodeJS.ProcessEnv): string | undefined {
  if (env.IPP_CONNECTION_INFO && values.file === '') return undefined;
  return values.file || connectionPaths(resolveProfileDir(values, env), values.clusterId).engine;
}

const lookMs = 500;

/** Resolves when the connection file does not say any more what it said at the call; rejects when the signal comes first. */
export async function waitForOtherFile(
  values: EngineValues,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  const path = fileOf(values, env);
  const first = path && readIfThere(path);
  for (;;) {
    await delay(lookMs, undefined, { signal });
    // One that is gone may come back as it was.
    const now = path && readIfThere(path);
    if (now !== undefined && now !== first) return;
  }
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
