// Calls to launchers: they take their time, so they are begun and what came of them is looked at later.
import type { ProfileSpec } from '@muster/cluster-profile';
import type { EngineHandle } from '@muster/launchers';
import type { Call, LaunchRecord, Observation } from './core/index.ts';
import { explain } from './explain.ts';
import type { EngineLaunchers } from './profile-facts.ts';
import { launcherSpec } from './profile-facts.ts';

interface CallsOptions {
  readonly launchers: EngineLaunchers;
  readonly connection: string;
  /** What was seen of a launch before it was called is not true any more. */
  readonly observed: Map<string, Observation>;
  readonly again: () => void;
}

export interface Calls {
  readonly all: ReadonlyMap<string, Call>;
  submit(launch: LaunchRecord, spec: ProfileSpec): void;
  remove(launch: LaunchRecord): void;
  /** Calls that have ended by now, to be dropped when that has been written down. */
  finished(): readonly Call[];
  drop(calls: readonly Call[]): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export function createCalls({ launchers, connection, observed, again }: CallsOptions): Calls {
  const all = new Map<string, Call>();
  const underWay = new Set<Promise<void>>();

  function begin(id: string, what: Call['what'], work: () => Promise<void>): void {
    all.set(id, { what, state: 'under way', reason: '' });
    const end = (state: Call['state'], reason: string): void => {
      all.set(id, { what, state, reason });
      observed.delete(id);
    };
    const task = work()
      .then(
        () => end('done', ''),
        (error: unknown) => end('failed', explain(error)),
      )
      .finally(() => {
        underWay.delete(task);
        again();
      });
    underWay.add(task);
  }
  const launcherOf = ({ launcher }: LaunchRecord) => {
    const found = launchers[launcher];
    if (found === undefined) throw new Error(`this operator has no launcher '${launcher}'`);
    return found;
  };
  return {
    all,
    submit: (launch, spec) =>
      begin(launch.id, 'submit', async () => {
        const handle = launch.handle as EngineHandle;
        await launcherOf(launch).submit({ handle, spec: launcherSpec(spec), engine: spec.engine, connection });
      }),
    remove: (launch) =>
      begin(launch.id, 'remove', async () => launcherOf(launch).remove(launch.handle as EngineHandle)),
    finished: () => [...all.values()].filter(({ state }) => state !== 'under way'),
    drop(calls) {
      const old = new Set(calls);
      for (const [id, call] of all) if (old.has(call)) all.delete(id);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
