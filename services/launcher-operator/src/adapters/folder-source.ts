// Profiles as files of a folder. What the operator knows of each is in `.state/NAME.json` beside them, which also holds a
// profile whose file is gone until its engines are.
import { watch } from 'node:fs';
import type { Ports } from '@muster/machine';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import { emptyStatus, isEqual } from '../core/index.ts';
import { explain } from '../explain.ts';
import type { ProfileSource, StoredProfile } from '../source.ts';
import { claimFolder } from './claim-folder.ts';
import { writeConnectionFolder } from './connection-folder.ts';
import type { WantedProfile } from './folder-view.ts';
import { createFolderView } from './folder-view.ts';
import type { ProfileState } from './profile-files.ts';
import {
  makeStateFolder,
  readState,
  removeOperatorSign,
  removeState,
  stateNames,
  writeOperatorSign,
  writeState,
} from './profile-files.ts';

export interface FolderSourceOptions {
  readonly folder: string;
  /** Where connection files go. */
  readonly connectionDir: string;
  readonly ports: Ports;
  readonly log: Logger;
  /** The folder is looked at so often, also when the system tells of no change. */
  readonly rescanMs: number;
}

export function createFolderSource(options: FolderSourceOptions): ProfileSource {
  const { folder, connectionDir, ports, log } = options;
  const nowMs = (): number => Math.floor(ports.clock.nowUs() / 1000);
  const states = new Map<string, ProfileState>();
  const view = createFolderView(folder, log, () => [...states].map(([name, { file }]) => [name, file] as const));
  let stopLooking = (): void => {};
  let release = (): void => {};

  function write(name: string, state: ProfileState): ProfileState {
    writeState(folder, name, state);
    states.set(name, state);
    return state;
  }
  /** Notes a change of the spec: its number grows. */
  function takeOver(name: string, { file, spec }: WantedProfile): ProfileState {
    const before = states.get(name);
    const isSame = isEqual(before?.spec, spec);
    if (before !== undefined && before.file === file && isSame) return before;
    const { createdAtMs = nowMs(), generation = 0, status = emptyStatus } = before ?? {};
    return write(name, { file, spec, createdAtMs, generation: generation + (isSame ? 0 : 1), status });
  }
  function show(name: string, { file, createdAtMs, generation, status }: ProfileState): StoredProfile {
    const wanted = view.get(name);
    // The file that it was read from is there and cannot be understood now: that deletes nothing.
    const problem = wanted === undefined ? view.problemOf(file) : undefined;
    return {
      ...{ name, generation, status, held: true, uid: String(createdAtMs) },
      spec: wanted?.spec,
      problem: problem ?? '',
      deleting: wanted === undefined && problem === undefined,
    };
  }
  async function look(onChange: (name: string) => void): Promise<void> {
    for (const name of await view.scan()) onChange(name);
    writeOperatorSign(folder, { pid: process.pid, atMs: nowMs() });
  }

  return {
    async start(onChange) {
      makeStateFolder(folder);
      release = claimFolder(folder);
      for (const name of stateNames(folder)) {
        const state = readState(folder, name);
        if (state !== undefined) states.set(name, state);
      }
      await look(onChange);
      stopLooking = lookAgain(options, () => look(onChange));
    },
    names: () => [...new Set([...view.names(), ...states.keys()])],
    async read(name) {
      const wanted = view.get(name);
      const state = wanted === undefined ? states.get(name) : takeOver(name, wanted);
      return state === undefined ? undefined : show(name, state);
    },
    hold: async (profile) => profile,
    async writeStatus({ name }, status) {
      const state = states.get(name);
      if (state === undefined) throw new MusterError('object_changed', `The state of ${name} is gone.`);
      return show(name, write(name, { ...state, status }));
    },
    async release({ name }) {
      removeState(folder, name);
      states.delete(name);
    },
    async tell() {},
    async readKeySecret(name) {
      throw new MusterError('bad_option', `There are no Secrets here, such as '${name}'.`, 'Name the key by keyFile.');
    },
    writeConnections: async (files) => writeConnectionFolder(connectionDir, files),
    async stop() {
      stopLooking();
      removeOperatorSign(folder);
      release();
    },
  };
}

/** Several changes at once, as editors make them, are looked at once. */
const settleMs = 50;

/** When the system tells of a change, and every so often. Gives the function that ends it. */
function lookAgain({ folder, log, rescanMs }: FolderSourceOptions, look: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  async function tryToLook(): Promise<void> {
    timer = undefined;
    try {
      await look();
    } catch (error) {
      log.error({ why: explain(error) }, 'the folder of profiles cannot be read; nothing changes');
    }
  }
  const watcher = watch(folder, () => {
    timer ??= setTimeout(tryToLook, settleMs);
  });
  watcher.on('error', (error) => log.warn({ why: explain(error) }, 'the folder of profiles is not watched'));
  const interval = setInterval(tryToLook, rescanMs);
  return () => {
    watcher.close();
    clearTimeout(timer);
    clearInterval(interval);
  };
}
