import type { TaskSchedulerService } from '@muster/task-scheduler';
import { createTaskSchedulerService, defaultConfig } from '@muster/task-scheduler';
import { byLabel, counter, gauge } from '@muster/telemetry';
import type { StartPart } from '../part.ts';
import type { TaskSchedulerValues } from '../settings.ts';

export const start: StartPart<TaskSchedulerValues> = async ({ values, ...shared }) => {
  const scheduler = await createTaskSchedulerService({
    ...shared,
    recover: true,
    config: {
      ...defaultConfig,
      schemeName: values.scheme,
      hwm: values.hwm,
      maxMessageBytes: values.maxMessageBytes,
    },
  });
  return {
    resync: () => void scheduler.resync(),
    whyNotReady: () =>
      scheduler.ready() ? undefined : 'it waits for the hub and the records, to take over what was left',
    metrics: () => taskMetrics(scheduler.counts()),
    stop: () => scheduler.stop(),
  };
};

function taskMetrics({ engines, running, waiting, held, bytes, dropped }: ReturnType<TaskSchedulerService['counts']>) {
  return [
    gauge('muster_engines', 'Engines that are given tasks.', engines),
    gauge('muster_tasks', 'Unfinished tasks by where they are.', byLabel('state', { running, waiting, held })),
    gauge('muster_task_bytes', 'Bytes of unfinished tasks.', bytes),
    counter('muster_messages_dropped_total', 'Messages that could not be read.', byLabel('why', dropped)),
  ];
}
