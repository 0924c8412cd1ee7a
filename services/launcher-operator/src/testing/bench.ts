// An operator under test: real files, the real local launcher and real processes. Hub and scheduler are the test's: engines
// are registered when their process says so.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bus } from '@muster/bus';
import { createInProcessBus } from '@muster/bus';
import type { EngineLauncher } from '@muster/launchers';
import { createLocalEngineLauncher, createSites } from '@muster/launchers';
import { createSystemPorts } from '@muster/machine/node';
import type { Logger } from '@muster/telemetry';
import { silentLogger } from '@muster/telemetry';
import { createFolderSource } from '../adapters/folder-source.ts';
import { readState } from '../adapters/profile-files.ts';
import type { ProfileStatus, Tuning } from '../core/index.ts';
import { defaultTuning } from '../core/index.ts';
import type { LauncherOperatorService } from '../service.ts';
import { createLauncherOperatorService } from '../service.ts';
import type { ProfileSource } from '../source.ts';

/** An engine that does nothing but be there. */
export const sleeper = ['/bin/sh', '-c', 'while :; do sleep 0.1; done', 'engine'];

export interface World {
  readonly bus: Bus;
  /** uuids, by process. */
  readonly registered: Set<string>;
  readonly busy: Set<string>;
  readonly drained: Set<string>;
  register(uuid: string): void;
  unregister(uuid: string): void;
}

export function createWorld(): World {
  const bus = createInProcessBus((error) => {
    throw error;
  });
  const registered = new Set<string>();
  const busy = new Set<string>();
  const drained = new Set<string>();
  const refOf = (uuid: string) => ({ id: 0, uuid, kernel: 'node' });
  bus.serve('engines.list', () => ({ engines: [...registered].map(refOf), pending: [] }));
  bus.serve('engines.load', () => ({
    engines: [...registered].map((uuid) => ({ uuid, queued: 0, tasks: busy.has(uuid) ? 1 : 0 })),
  }));
  bus.serve('engines.drain', ({ uuids }) => {
    for (const uuid of uuids) drained.add(uuid);
    return { busy: uuids.filter((uuid) => busy.has(uuid)) };
  });
  bus.serve('engines.resume', ({ uuids }) => {
    for (const uuid of uuids) drained.delete(uuid);
    return {};
  });
  return {
    bus,
    registered,
    busy,
    drained,
    register(uuid) {
      registered.add(uuid);
      bus.publish({ type: 'engine.registered', engine: refOf(uuid) });
    },
    unregister(uuid) {
      registered.delete(uuid);
      bus.publish({ type: 'engine.unregistered', engine: refOf(uuid), reason: 'gone' });
    },
  };
}

export interface OperatorOptions {
  readonly folder: string;
  readonly home: string;
  readonly world: World;
  readonly tuning?: Partial<Tuning>;
  readonly source?: ProfileSource;
  readonly launchers?: Readonly<Record<string, EngineLauncher>>;
  readonly log?: Logger;
}

export async function startOperator(options: OperatorOptions): Promise<LauncherOperatorService> {
  const { folder, home, world, log = silentLogger } = options;
  const ports = createSystemPorts();
  const source =
    options.source ??
    createFolderSource({ folder, connectionDir: join(folder, '..', 'security'), ports, log, rescanMs: 500 });
  const service = createLauncherOperatorService({
    source,
    launchers: options.launchers ?? { local: createLocal(home) },
    bus: world.bus,
    ports,
    log,
    tuning: { ...defaultTuning, firstRetryMs: 200, drainPollMs: 50, ...options.tuning },
    connection: '{"key": "secret"}',
    files: { 'ipcontroller-client.json': '{}\n', 'ipcontroller-engine.json': '{}\n' },
    shutDown: async () => {},
    resyncMs: 500,
    pollMs: 50,
  });
  await service.start();
  return service;
}

export const createLocal = (home: string): EngineLauncher =>
  createLocalEngineLauncher(createSites({ env: { ...process.env, HOME: home } })) as EngineLauncher;

/** uuids of the engines that run, by the folders of their launches. */
export function running(home: string): string[] {
  try {
    return readdirSync(join(home, '.muster/launches'))
      .filter((id) => isRunning(home, id))
      .map((id) => `${id}-0`);
  } catch {
    return [];
  }
}

function isRunning(home: string, id: string): boolean {
  try {
    const pid = readFileSync(join(home, '.muster/launches', id, 'pid'), 'utf8').split(' ')[0]!;
    return !/^\S+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export const statusOf = (folder: string, name: string): ProfileStatus | undefined => readState(folder, name)?.status;

export const conditionOf = (status: ProfileStatus | undefined, type: string) =>
  status?.conditions.find((condition) => condition.type === type);
