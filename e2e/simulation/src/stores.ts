// The task stores of the worlds.
import type { Random, VirtualTime } from '@muster/machine';
import type { TaskStore } from '@muster/task-store';
import { createMemoryTaskStore, createNoTaskStore } from '@muster/task-store';
import type { WorldSettings } from './settings.ts';

/** So few records that most worlds fill it up. */
const smallLimit = 40;
const slowestUs = 30_000;

export function createStore(kind: WorldSettings['store'], time: VirtualTime, random: Random): TaskStore {
  if (kind === 'none') return createNoTaskStore();
  if (kind === 'memory') return createMemoryTaskStore();
  if (kind === 'small') return createMemoryTaskStore({ recordLimit: smallLimit });
  return slowStore(createMemoryTaskStore(), time, random);
}

/** Does everything a while after it was asked for, as a store on a network does. */
export function slowStore(store: TaskStore, time: VirtualTime, random: Random, longestUs = slowestUs): TaskStore {
  const later = <T>(act: () => T | Promise<T>): Promise<T> =>
    new Promise<void>((done) => {
      time.at(time.nowUs + Math.floor(random() ** 3 * longestUs), done);
    }).then(act);
  return {
    name: 'slow',
    put: (msgId, patch, whenMissing) => later(() => store.put(msgId, patch, whenMissing)),
    find: (msgIds) => later(() => store.find(msgIds)),
    query: (query, keys) => later(() => store.query(query, keys)),
    history: () => later(() => store.history()),
    remove: (msgIds) => later(() => store.remove(msgIds)),
    removeWhere: (query) => later(() => store.removeWhere(query)),
    expire: (receivedBefore) => later(() => store.expire(receivedBefore)),
    settled: () => later(() => store.settled()),
    engines: store.engines,
    close: () => store.close(),
  };
}
