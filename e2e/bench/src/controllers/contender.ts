// Who is measured: our controller and Python's, each with records of tasks in memory, in SQLite, or nowhere.

import type { Running, System } from '../system.ts';
import { muster, startIn } from '../system.ts';

export type Store = 'memory' | 'sqlite' | 'none';
export const stores: readonly Store[] = ['memory', 'sqlite', 'none'];

const storeClass: Readonly<Record<Store, string>> = { memory: 'DictDB', sqlite: 'SQLiteDB', none: 'NoDB' };

export interface Contender {
  readonly name: string;
  readonly system: System;
  /** Further options of its controller. */
  readonly options: readonly string[];
}

/** Ours, on a transport that is named or on the default. */
export const ours = (transport?: string): Contender => ({
  name: transport === undefined ? muster.name : `${muster.name} on ${transport}`,
  system: muster,
  options: transport === undefined ? [] : [`--transport=${transport}`],
});

export const theirs = (peer: System): Contender => ({ name: peer.name, system: peer, options: [] });

export interface StartOptions {
  readonly store: Store;
  /** Time between heartbeats. Default 500 ms, so that engines are registered within a second. */
  readonly heartbeatMs?: number;
  /** Folder where ours leaves its processor profile when it ends. */
  readonly profile?: string | undefined;
}

/** Starts a controller of its own; resolves when its connection files are there. */
export function startController(contender: Contender, options: StartOptions): Promise<Running> {
  const { store, heartbeatMs = 500, profile } = options;
  const [program, ...args] = contender.system.controller;
  const profiled = profile !== undefined && contender.system === muster;
  return startIn([
    program!,
    ...(profiled ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []),
    ...args,
    ...contender.options,
    `--IPController.db_class=${storeClass[store]}`,
    `--HeartMonitor.period=${heartbeatMs}`,
    '--log-level=ERROR',
  ]);
}
