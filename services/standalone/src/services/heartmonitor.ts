import { createHeartmonitorService } from '@muster/heartmonitor';
import type { StartPart } from '../part.ts';
import type { HeartmonitorValues } from '../settings.ts';

export const start: StartPart<HeartmonitorValues> = async ({ values, ...shared }) => {
  const monitor = await createHeartmonitorService({
    ...shared,
    config: { periodMs: values.pingMs, maxMisses: values.maxMisses },
  });
  monitor.start();
  return {
    resync: () => void monitor.resync(),
    metrics: () => [],
    stop: () => monitor.stop(),
  };
};
