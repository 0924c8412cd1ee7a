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
  /** The question that waits for an answer, by uuid. */
  const open = new Map<string, symbol>();

  const set = (uuid: string, asked: Drain['asked'], atMs: number, busy = true): void =>
    void all.set(uuid, { asked, atMs, busy });

  async function drain(uuids: readonly string[], atMs: number, isOpen: (uuid: string) => boolean): Promise<void> {
    const { busy } = await bus.ask({ type: 'engines.drain', uuids }, { timeoutMs });
    const isBusy = new Set(busy);
    for (const uuid of uuids) {
      if (isOpen(uuid)) set(uuid, 'drain', atMs, isBusy.has(uuid));
      // Resumed meanwhile, perhaps before it was drained: then it has to be resumed again.
      else set(uuid, 'drain', 0);
    }
  }
  async function resume(uuids: readonly string[], isOpen: (uuid: string) => boolean): Promise<void> {
    await bus.ask({ type: 'engines.resume', uuids }, { timeoutMs });
    for (const uuid of uuids) if (isOpen(uuid)) all.delete(uuid);
  }
  return {
    all,
    ask(asked, wanted) {
      // A slow answer is waited for; the opposite question makes it void.
      const uuids = wanted.filter((uuid) => !open.has(uuid) || all.get(uuid)?.asked !== asked);
      if (uuids.length === 0) return;
      const atMs = nowMs();
      const question = Symbol(asked);
      const isOpen = (uuid: string): boolean => open.get(uuid) === question;
      for (const uuid of uuids) {
        set(uuid, asked, atMs);
        open.set(uuid, question);
      }
      (asked === 'drain' ? drain(uuids, atMs, isOpen) : resume(uuids, isOpen))
        .catch((error: unknown) => log.warn({ asked, why: explain(error) }, 'the task-scheduler does not answer'))
        .finally(() => {
          for (const uuid of uuids) if (isOpen(uuid)) open.delete(uuid);
          again();
        });
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
