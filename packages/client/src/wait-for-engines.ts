import { MusterError } from '@muster/protocol';
import type { ClientEvents, WaitForEnginesOptions } from './client.ts';
import type { EngineList } from './core/engine-list.ts';
import type { Emitter } from './emitter.ts';
import { callBack } from './emitter.ts';

/** Resolves to the ids when there are `count` engines. Rejects with MusterError `timeout`. */
export function waitForEngines(
  engines: EngineList,
  events: Emitter<ClientEvents>,
  count: number,
  { timeoutMs = 60_000, onProgress }: WaitForEnginesOptions = {},
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    function look(): void {
      if (onProgress !== undefined) callBack(onProgress, { registered: engines.ids.length, wanted: count });
      if (engines.ids.length >= count) end(() => resolve(engines.ids));
    }
    function end(then: () => void): void {
      for (const stop of stops) stop();
      clearTimeout(timer);
      then();
    }
    const late = (): void => {
      const message = `${engines.ids.length} of ${count} engines were there after ${timeoutMs} ms`;
      const remedy = 'Start more (ipcluster engines -n 4), or look into the logs of those that should have come.';
      end(() => reject(new MusterError('timeout', message, remedy)));
    };
    const timer = setTimeout(late, timeoutMs);
    const stops = [events.on('engine.registered', look), events.on('engine.unregistered', look)];
    look();
  });
}
