// Profiles as files of a folder. What the operator knows of each is in `.state/NAME.json` beside them, which also holds a
// profile whose file is gone until its engines are.
import { watch } from 'node:fs';
import type { ProfileSpec } from '@muster/cluster-profile';
import type { Ports } from '@muster/machine';
import { MusterError } from '@muster/protocol';
import type { Logger } from '@muster/telemetry';
import type { ProfileStatus } from '../core/index.ts';
import { emptyStatus, isEqual } from '../core/index.ts';
import { explain } from '../explain.ts';
import type { ProfileSource, StoredProfile } from '../source.ts';
import { claimFolder } from './claim-folder.ts';
import { writeConnectionFolder } from './connection-folder.ts';
import type { ProfileState } from './profile-files.ts';
import {
  makeStateFolder,
  readProfileFiles,
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

/** What the files say of one profile. */
interface Wanted {
  readonly file: string;
  readonly spec: ProfileSpec;
}

/** Several changes at once, as editors make them, are looked at once. */
const settleMs = 50;

export function createFolderSource({
  folder,
  connectionDir,
  ports,
  log,
  rescanMs,
}: FolderSourceOptions): ProfileSource {
  const nowMs = (): number => Math.floor(ports.clock.nowUs() / 1000);
  const states = new Map<string, ProfileState>();
  /** From files that can be understood. */
  let wanted = new Map<string, Wanted>();
  /** Of files that cannot, by their name. */
  let problems = new Map<string, string>();
  let told: (name: string) => void = () => {};
  let release = (): void => {};
  const ends: (() => void)[] = [];

  function scan(): void {
    const files = readProfileFiles(folder);
    const before = wanted;
    const problemsBefore = problems;
    wanted = new Map();
    problems = new Map();
    for (const { file, profiles, problem } of files) {
      if (problem !== '') problems.set(file, problem);
      for (const { metadata, spec } of profiles) wanted.set(metadata.name, { file, spec });
    }
    for (const [file, problem] of problems)
      if (problemsBefore.get(file) !== problem) log.error({ file, why: problem }, 'a file of profiles changes nothing');
    const broken = (name: string): string | undefined => problemOf(name, states.get(name)?.file);
    for (const name of new Set([...before.keys(), ...wanted.keys(), ...states.keys()])) {
      const same = isEqual(before.get(name)?.spec, wanted.get(name)?.spec);
      if (!same || broken(name) !== undefined || problemsBefore.size > 0) told(name);
    }
    writeOperatorSign(folder, { pid: process.pid, atMs: nowMs() });
  }

  function rescan(): void {
    try {
      scan();
    } catch (error) {
      log.error({ why: explain(error) }, 'the folder of profiles cannot be read; nothing changes');
    }
  }

  /** The file that a profile was read from is there and cannot be understood now. */
  const problemOf = (name: string, file: string | undefined): string | undefined =>
    wanted.has(name) || file === undefined ? undefined : problems.get(file);

  /** Notes a change of the spec: its number grows. */
  function takeOver(name: string, { file, spec }: Wanted): ProfileState {
    const before = states.get(name);
    if (before !== undefined && before.file === file && isEqual(before.spec, spec)) return before;
    const same = before !== undefined && isEqual(before.spec, spec);
    return write(name, {
      file,
      spec,
      createdAtMs: before?.createdAtMs ?? nowMs(),
      generation: (before?.generation ?? 0) + (same ? 0 : 1),
      status: before?.status ?? emptyStatus,
    });
  }
  function write(name: string, state: ProfileState): ProfileState {
    writeState(folder, name, state);
    states.set(name, state);
    return state;
  }
  const store = ({ name }: StoredProfile, status: ProfileStatus): StoredProfile => {
    const state = states.get(name);
    if (state === undefined) throw new MusterError('object_changed', `The state of ${name} is gone.`);
    return show(name, write(name, { ...state, status }));
  };
  function show(name: string, state: ProfileState): StoredProfile {
    const problem = problemOf(name, state.file);
    const there = wanted.get(name);
    return {
      name,
      uid: String(state.createdAtMs),
      generation: state.generation,
      spec: there?.spec,
      problem: problem ?? '',
      deleting: there === undefined && problem === undefined,
      held: true,
      status: state.status,
    };
  }

  return {
    async start(onChange) {
      makeStateFolder(folder);
      release = claimFolder(folder);
      told = onChange;
      for (const name of stateNames(folder)) {
        const state = readState(folder, name);
        if (state !== undefined) states.set(name, state);
      }
      scan();
      let timer: NodeJS.Timeout | undefined;
      const watcher = watch(folder, () => {
        timer ??= setTimeout(() => {
          timer = undefined;
          rescan();
        }, settleMs);
      });
      watcher.on('error', (error) => log.warn({ why: explain(error) }, 'the folder of profiles is not watched'));
      const interval = setInterval(rescan, rescanMs);
      ends.push(
        () => watcher.close(),
        () => clearTimeout(timer),
        () => clearInterval(interval),
      );
    },
    names: () => [...new Set([...wanted.keys(), ...states.keys()])],
    async read(name) {
      const there = wanted.get(name);
      const state = there === undefined ? states.get(name) : takeOver(name, there);
      return state === undefined ? undefined : show(name, state);
    },
    hold: async (profile) => profile,
    writeStatus: async (profile, status) => store(profile, status),
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
      for (const end of ends.splice(0)) end();
      removeOperatorSign(folder);
      release();
    },
  };
}
