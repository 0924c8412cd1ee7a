import { MusterError } from '@muster/protocol';
import type { EngineList, EngineRef } from './engine-list.ts';

/** Engines by id. 'all': those that are there when a request is made. */
export type Targets = number | readonly number[] | 'all';

/** The engines meant, in the order given. Throws MusterError `no_engines`, `no_such_engine` or `bad_option`. */
export function resolveTargets(targets: Targets, list: EngineList): readonly EngineRef[] {
  if (targets === 'all') {
    if (list.engines.length === 0) throw new MusterError('no_engines');
    return list.engines;
  }
  const ids = typeof targets === 'number' ? [targets] : targets;
  if (!Array.isArray(ids) || ids.length === 0 || new Set(ids).size !== ids.length)
    throw new MusterError('bad_option', `targets must be an id, a list of different ids, or 'all'`, 'See client.ids.');
  return ids.map((id: number) => {
    const engine = list.byId(id);
    if (engine === undefined) throw new MusterError('no_such_engine', `no engine has the id ${String(id)}`);
    return engine;
  });
}

/** Refuses engines that cannot run functions sent by us. Kernels that the controller does not tell are let through. */
export function needNodeEngines(engines: readonly EngineRef[], what: string): void {
  const other = engines.find((engine) => engine.kernel !== 'node' && engine.kernel !== 'unknown');
  if (other !== undefined)
    throw new MusterError('wrong_kernel', `engine ${other.id} runs ${other.kernel}: ${what} needs Node engines`);
}
