// Which engines are registered, and how much they have to do, as the hub tells.
import type { Bus } from '@muster/bus';
import { createEngineLister } from '@muster/bus';
import type { Logger } from '@muster/telemetry';
import type { EngineLoad } from './core/index.ts';

export interface HubView {
  /** undefined until the hub has said so. */
  readonly registered: ReadonlySet<string> | undefined;
  /** undefined when the hub does not answer within a moment. */
  load(): Promise<ReadonlyMap<string, EngineLoad> | undefined>;
  /** Asks until it is answered. */
  resync(): Promise<void>;
  stop(): void;
}

const loadTimeoutMs = 2000;
/** An answer serves all who want it so shortly after. */
const loadLifeMs = 500;

/** `onChange` is given the uuid of an engine that came or went; undefined: any. */
export function createHubView(bus: Bus, log: Logger, nowMs: () => number, onChange: (uuid?: string) => void): HubView {
  let registered: Set<string> | undefined;
  let asked: { readonly atMs: number; readonly answer: ReturnType<HubView['load']> } | undefined;
  const lister = createEngineLister({
    bus,
    log,
    onListed({ engines }) {
      registered = new Set(engines.map(({ uuid }) => uuid));
      onChange();
    },
  });
  const ends = [
    bus.subscribe('engine.registered', ({ engine: { uuid } }) => {
      registered?.add(uuid);
      onChange(uuid);
    }),
    bus.subscribe('engine.unregistered', ({ engine: { uuid } }) => {
      registered?.delete(uuid);
      onChange(uuid);
    }),
  ];
  async function ask(): ReturnType<HubView['load']> {
    try {
      const { engines } = await bus.ask({ type: 'engines.load' }, { timeoutMs: loadTimeoutMs });
      return new Map(engines.map(({ uuid, queued, tasks }) => [uuid, { queued, tasks }]));
    } catch (error) {
      log.debug({ why: (error as Error).message }, 'the hub does not say how much engines have to do');
      return undefined;
    }
  }
  return {
    get registered() {
      return registered;
    },
    load() {
      if (asked === undefined || nowMs() - asked.atMs > loadLifeMs) asked = { atMs: nowMs(), answer: ask() };
      return asked.answer;
    },
    resync: lister.resync,
    stop() {
      lister.stop();
      for (const end of ends) end();
    },
  };
}
