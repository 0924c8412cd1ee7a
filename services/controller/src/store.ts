import { createMemoryTaskStore, createNoTaskStore, type TaskStore } from '@muster/task-store';
import type { Logger } from '@muster/telemetry';
import type { ControllerValues } from './settings.ts';

/** The store of task records that the settings ask for. */
export function openStore(values: ControllerValues, log: Logger): TaskStore {
  if (values.store === 'NoDB') return createNoTaskStore();
  if (values.store !== 'DictDB')
    log.warn({ wanted: values.store }, 'this store is not there yet: records of tasks are kept in memory');
  const { recordLimit, sizeLimitBytes, cullFraction } = values;
  return createMemoryTaskStore({ recordLimit, sizeLimitBytes, cullFraction });
}
