// What the scheduler was asked: to give an engine no more tasks, or to give it tasks again.
import type { Bus } from '@muster/bus';
import type { Logger } from '@muster/telemetry';
import type { Drain, LaunchRecord } from './core/index.ts';
import { enginesOf } from './core/index.ts';
import { explain } from './explain.ts';

interface DrainsOptions {
  readonly bus: Bus;
  readonly nowMs: () => number;
  readonly log: Logger;
  readonly again: () => void;
}

export interface Drains {
  readonly all: ReadonlyMap<string, Drain>;
  ask(asked: Drain['asked'], uuids: readonly string[]): void;
  /** An earlier run of this program may have drained any of them. */
  assume(launches: readonly LaunchRecord[]): void;
  /** The scheduler does not know of them any more. */
  forget(): void;
  keepOnly(uuids: ReadonlySet<string>): void;
}

const timeoutMs = 5000;

export function createDrains({ bus, nowMs, log, again }: DrainsOptions): Drains {
  const all = new Map<string, Drain>();

  async function drain(uuids: readonly string[], atMs: number): Promise<void> {
    const { busy } = await bus.ask({ type: 'engines.drain', uuids }, { timeoutMs });
    const isBusy = new Set(busy);
    for (const uuid of uuids) if (isMine(uuid, 'drain', atMs)) set(uuid, 'drain', atMs, isBusy.has(uuid));
  }
  async function resume(uuids: readonly string[], atMs: number): Promise<void> {
    await bus.ask({ type: 'engines.resume', uuids }, { timeoutMs });
    for (const uuid of uuids) if (isMine(uuid, 'resume', atMs)) all.delete(uuid);
  }
  const set = (uuid: string, asked: Drain['asked'], atMs: number, busy = true): void =>
    void all.set(uuid, { asked, atMs, busy });
  /** Nothing else was asked meanwhile. */
  const isMine = (uuid: string, asked: Drain['asked'], atMs: number): boolean =>
    all.get(uuid)?.asked === asked && all.get(uuid)?.atMs === atMs;

  return {
    all,
    ask(asked, uuids) {
      const atMs = nowMs();
      for (const uuid of uuids) set(uuid, asked, atMs);
      (asked === 'drain' ? drain(uuids, atMs) : resume(uuids, atMs))
        .catch((error: unknown) => log.warn({ asked, why: explain(error) }, 'the task-scheduler does not answer'))
        .finally(again);
    },
    assume(launches) {
      for (const { uuid } of enginesOf(launches)) set(uuid, 'drain', 0);
    },
    forget() {
      for (const [uuid, { asked }] of all) if (asked === 'drain') set(uuid, 'drain', 0);
    },
    keepOnly(uuids) {
      for (const uuid of all.keys()) if (!uuids.has(uuid)) all.delete(uuid);
    },
  };
}
