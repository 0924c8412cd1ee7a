// The one timer of a client. It runs only while tasks are open, and drives the watch over the controller and the
// patience with output.
import { MusterError } from '@muster/protocol';
import type { Audit } from './audit.ts';
import type { ClientEvents } from './client.ts';
import type { Ledger } from './core/ledger.ts';
import { createWatch } from './core/watch.ts';
import type { Emitter } from './emitter.ts';
import type { EngineNews } from './engine-news.ts';
import type { ClientLimits } from './limits.ts';

const tickMs = 250;

export interface Watching {
  /** Something waits now. */
  begin(): void;
  heard(): void;
  end(): void;
}

export function createWatching(options: {
  readonly limits: ClientLimits;
  readonly ledger: Ledger;
  readonly news: EngineNews;
  readonly audit: Audit;
  readonly events: Emitter<ClientEvents>;
  readonly nowUs: () => number;
}): Watching {
  const { limits, ledger, news, events } = options;
  const watch = createWatch(limits);
  let timer: NodeJS.Timeout | undefined;
  /** Set between ticks by any message: cheaper than telling the watch of each. */
  let heardSince = false;

  function tick(): void {
    const nowMs = performance.now();
    ledger.sweep(options.nowUs());
    if (heardSince) watch.heard(nowMs);
    heardSince = false;
    const verdict = watch.tick(nowMs, ledger.open > 0);
    if (verdict === 'gone') lost();
    else if (verdict === 'probe') probe();
    if (ledger.open === 0 && ledger.trailing === 0) end();
  }
  /** The answers are heard like any message; when none come, the watch says so. */
  function probe(): void {
    const beforeUs = options.nowUs() - limits.probeMs * 1000;
    news
      .compare(limits.goneMs)
      .then(() => options.audit.run(beforeUs))
      .catch(() => {});
  }
  function lost(): void {
    const silentMs = limits.goneMs;
    const why = `Nothing was heard from the controller for ${silentMs / 1000} s.`;
    ledger.failAll(() => new MusterError('timeout', why));
    events.emit('controller.lost', { silentMs });
  }
  function end(): void {
    clearInterval(timer);
    timer = undefined;
    watch.tick(performance.now(), false);
  }
  return {
    begin() {
      timer ??= setInterval(tick, tickMs);
    },
    heard() {
      heardSince = true;
    },
    end,
  };
}
