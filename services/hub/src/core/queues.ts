// queue_request and load_request (§4.7): what engines have to do.
import type { Out } from './effects.ts';
import { reprList } from './python-repr.ts';
import { fail, reply } from './reply.ts';
import type { Asker, Engine, HubState } from './state.ts';
import type { TaskList } from './task-list.ts';
import { idsOf } from './task-list.ts';

/** Engine ids, uuids, or null for all. */
export type Targets = number | string | readonly (number | string)[] | null;

export function onQueueRequest(state: HubState, asker: Asker, targets: Targets, verbose: boolean, out: Out): void {
  const engines = findEngines(state, asker, targets, out);
  if (engines === undefined) return;
  const shown = (list: TaskList): number | string[] => (verbose ? idsOf(list) : list.size);
  const content: Record<string, unknown> = { unassigned: shown(state.unassigned) };
  for (const engine of engines) {
    const completed = verbose ? engine.completed.last() : engine.completed.count;
    content[engine.id] = { queue: shown(engine.queue), completed, tasks: shown(engine.tasks) };
  }
  reply(out, asker, 'queue_reply', content);
}

export function onLoadRequest(state: HubState, asker: Asker, targets: Targets, out: Out): void {
  const engines = findEngines(state, asker, targets, out);
  if (engines === undefined) return;
  const content = Object.fromEntries(engines.map((engine) => [engine.id, engine.queue.size + engine.tasks.size]));
  reply(out, asker, 'load_reply', content);
}

/** The engines meant; or answers with an IndexError and gives undefined. Null means all, also when there are none. */
function findEngines(state: HubState, asker: Asker, targets: Targets, out: Out): readonly Engine[] | undefined {
  if (targets === null) return [...state.engines.values()];
  const list = typeof targets === 'object' ? targets : [targets];
  const found = list.map((target) =>
    typeof target === 'string' ? state.byUuid.get(target) : state.engines.get(target),
  );
  const missing = list.filter((_, i) => found[i] === undefined);
  if (missing.length === 0 && found.length > 0) return found as Engine[];
  const evalue = missing.length > 0 ? `No Such Engine: ${reprList(missing)}` : 'No Engines Registered';
  fail(out, asker, 'hub_error', 'IndexError', evalue);
  return undefined;
}
