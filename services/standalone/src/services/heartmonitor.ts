import { createHeartmonitorService } from '@muster/heartmonitor';
import { byLabel, gauge } from '@muster/telemetry';
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
    metrics() {
      const { hearts: registered, pending, strangers } = monitor.counts();
      return [gauge('muster_hearts', 'Hearts by whose they are.', byLabel('of', { registered, pending, strangers }))];
    },
    stop: () => monitor.stop(),
  };
};
