import type { TaskStore } from './port.ts';
import { noEngineRegistry, StoreError } from './port.ts';

function refuse(): never {
  throw new StoreError('NoData', "NoDB backend doesn't store any data. ");
}

/** Stores nothing (`--nodb`, §5.5): writes and removals are accepted, every question is refused with NoData (§12.15). */
export const createNoTaskStore = (): TaskStore => ({
  name: 'none',
  put() {},
  find: refuse,
  query: refuse,
  history: refuse,
  remove() {},
  removeWhere() {},
  expire() {},
  settled() {},
  engines: noEngineRegistry,
  close() {},
});
