// Asks launchers how their launches are: often while something changes, now and then when nothing does.
import type { EngineHandle } from '@muster/launchers';
import type { Logger } from '@muster/telemetry';
import type { LaunchRecord, Observation } from './core/index.ts';
import { explain } from './explain.ts';
import type { EngineLaunchers } from './profile-facts.ts';

interface Watched {
  readonly launches: readonly LaunchRecord[];
  readonly isSettled: boolean;
  observe(id: string, observation: Observation): void;
  changed(): void;
}

interface ObserverOptions {
  readonly launchers: EngineLaunchers;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly watched: () => Iterable<Watched>;
  /** While something changes. */
  readonly pollMs: number;
  /** Profiles with nothing to do are looked at in every so many rounds only. */
  readonly calmRounds: number;
}

/** Changes that come together are asked about once. */
const hintMs = 100;

export interface Observer {
  start(): void;
  /** Something has changed at this launcher: it is asked in a moment, about all of its launches. */
  soon(launcher: string): void;
  stop(): Promise<void>;
}

export function createObserver(options: ObserverOptions): Observer {
  const { launchers, log, nowMs, watched, pollMs, calmRounds } = options;
  /** As text: what was said last, by launch id. */
  let last = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let round = 0;
  const asking = new Map<string, Promise<void>>();
  const hinted = new Set<string>();
  let hint: NodeJS.Timeout | undefined;
  let stopped = false;

  /** `hints`: only launchers that something was heard of. */
  function poll(hints?: ReadonlySet<string>): void {
    const byLauncher = new Map<string, { launch: LaunchRecord; by: Watched }[]>();
    const calm = hints === undefined && round++ % calmRounds === 0;
    const seen = new Map<string, string>();
    for (const by of watched())
      for (const launch of by.launches) {
        const said = last.get(launch.id);
        if (said !== undefined) seen.set(launch.id, said);
        if (hints === undefined ? by.isSettled && !calm : !hints.has(launch.launcher)) continue;
        const entries = byLauncher.get(launch.launcher) ?? [];
        entries.push({ launch, by });
        byLauncher.set(launch.launcher, entries);
      }
    last = seen;
    for (const [name, entries] of byLauncher) {
      if (asking.has(name)) {
        if (hints !== undefined) soon(name);
        continue;
      }
      if (launchers[name] === undefined) continue;
      const task = ask(name, entries).finally(() => asking.delete(name));
      asking.set(name, task);
    }
  }
  function soon(launcher: string): void {
    if (stopped) return;
    hinted.add(launcher);
    hint ??= setTimeout(() => {
      hint = undefined;
      const names = new Set(hinted);
      hinted.clear();
      poll(names);
    }, hintMs);
  }
  async function ask(name: string, entries: readonly { launch: LaunchRecord; by: Watched }[]): Promise<void> {
    const atMs = nowMs();
    try {
      const status = await launchers[name]!.status(entries.map(({ launch }) => launch.handle as EngineHandle));
      const changed = new Set<Watched>();
      for (const { launch, by } of entries) {
        const said = status.get(launch.id);
        if (said === undefined) continue;
        by.observe(launch.id, { atMs, engines: said.engines, reason: withLog(said.reason, said.logTail) });
        const text = JSON.stringify(said);
        if (last.get(launch.id) === text) continue;
        last.set(launch.id, text);
        changed.add(by);
      }
      for (const by of changed) by.changed();
    } catch (error) {
      log.warn({ launcher: name, why: explain(error) }, 'a launcher does not say how its launches are');
    }
  }
  return {
    start() {
      timer = setInterval(() => poll(), pollMs);
    },
    soon,
    async stop() {
      clearInterval(timer);
      clearTimeout(hint);
      stopped = true;
      await Promise.all(asking.values());
    },
  };
}

/** The end of a log is worth more than nothing, and less than many lines in a condition. */
const shownLogLength = 300;

const withLog = (reason: string, logTail: string): string => {
  const tail = logTail.trim();
  if (tail === '') return reason;
  const shown = tail.length > shownLogLength ? `…${tail.slice(-shownLogLength)}` : tail;
  return `${reason === '' ? '' : `${reason} `}Its log ends: ${shown}`;
};
